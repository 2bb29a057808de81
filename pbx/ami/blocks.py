"""One block of AMI's, read: headers in order, the first value of each, and whether any came twice."""

import re
from typing import NamedTuple

# manager_channels.c escapes these, and only these, as C strings; with the prefixes Dest…, Transferer… and so on.
ESCAPED_SUFFIXES = ("CallerIDName", "ConnectedLineName")
NEVER_ESCAPED = "OriginateResponse"  # prints the name as it is

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MEANT = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


class Block(NamedTuple):
    """What Asterisk, or a caller pretending to be Asterisk, wrote.

    Args:
        kind: the first header's name; "Event" or "Response" in everything real.
        headers: name to first value, as written (names are case-sensitive, values never to be trusted).
        repeated: some header came more than once: in an event that is a line break smuggled into a value.
    """

    kind: str
    headers: dict[str, str]
    repeated: bool


def read_block(block: bytes) -> Block:
    """The block's headers. Bytes that are no UTF-8 become U+FFFD; a bare LF stays inside its value."""
    lines = block.decode("utf-8", "replace").split("\r\n")
    parts = [line.partition(": ") for line in lines]
    headers = {name: value for name, _, value in parts}
    repeated = len(headers) != len(parts)
    if repeated:
        headers = {}
        for name, _, value in parts:
            headers.setdefault(name, value)
    if b"\\" in block and headers.get("Event") != NEVER_ESCAPED:
        _unescape_names(headers)
    return Block(parts[0][0], headers, repeated)


def unescaped(text: str) -> str:
    r"""A name as Asterisk was given it: `\"` is `"`, `\\` is `\`, `\n` is a line feed."""
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1], found[1]), text)


def _unescape_names(headers: dict[str, str]) -> None:
    for name, value in headers.items():
        if "\\" in value and name.endswith(ESCAPED_SUFFIXES):
            headers[name] = unescaped(value)
