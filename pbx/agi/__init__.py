"""FastAGI: Asterisk connects for each call and obeys one command line at a time.

wire          bytes to facts: environment, reply, HANGUP (no I/O)
lines         words to one command line: quoting and what is refused (no I/O)
conversation  what is outstanding, dead mode, getting back in step (no I/O)
request       the environment as a frozen fact
results       what a reply means
link          one connection in asyncio
session       one caller, in the words an IVR uses
server        the listening socket, limits, start and stop
"""
