"""What `./zhida` makes ready before a command runs, and where others find it.

Runs under Debian's bare python3, before any virtual environment exists: standard library and `calls` only.
"""
