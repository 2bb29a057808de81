"""The SIP messages of a baresip, as its trace (`-s`) writes them into its log."""

import re
from collections.abc import Iterator
from pathlib import Path

from lab.phones.sip import Message, NotSip, parse

TAIL_BYTES = 131072
"""The end of a log that is searched for a message which has just come."""

_FRAME = re.compile(rb"\x1b\[36;1m#\n\S+ \S+ -> (\S+)\n(.*?)\x1b\[;m\n", re.DOTALL)


def messages(log: bytes, *, to: str = "") -> Iterator[Message]:
    """Every message in the log, oldest first.

    Args:
        to: only those sent to this `address:port`.
    """
    for target, content in _FRAME.findall(log):
        if to in ("", target.decode()):
            try:
                yield parse(content)
            except NotSip:
                continue  # a keep-alive: CRLF and nothing else


def invite(log: Path, call: str) -> Message | None:
    """The latest INVITE of the call (its Call-ID) in the log, None if there is none."""
    with log.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - TAIL_BYTES))
        tail = file.read()
    found = [message for message in messages(tail) if message.method == "INVITE" and message.header("Call-ID") == call]
    return found[-1] if found else None
