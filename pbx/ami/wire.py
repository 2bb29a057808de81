"""Actions as bytes: nothing leaves that Asterisk would read as more than was meant."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from calls.errors import Refused

HeaderValue = str | int | Sequence[str]

MAX_LINE_BYTES = 1022  # measured on 22.10.1: 1022 before CRLF pass, 1023 are "line too long", told without ActionID
MAX_LINES = 128  # manager.h AST_MAX_MANHEADERS

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_FORBIDDEN = ("\r", "\n", "\0")
_OURS = frozenset({"action", "actionid"})


def encode_action(action: str, action_id: str, headers: Mapping[str, HeaderValue]) -> bytes:
    """The action, ready to be sent; a header with several values becomes as many lines.

    Raises: Refused: a line break, a NUL, a line or a number of lines beyond what Asterisk reads.
    """
    lines = [_line("Action", action), _line("ActionID", action_id)]
    lines += [_line(name, value) for name, value in _lines_of(headers)]
    if len(lines) > MAX_LINES:
        sentence = f"AMI action {action} has {len(lines)} lines; Asterisk reads at most {MAX_LINES}."
        raise Refused("ami_action_too_long", sentence, action=action)
    return b"".join([*lines, b"\r\n"])


def _lines_of(headers: Mapping[str, HeaderValue]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() in _OURS:
            raise Refused("ami_header_name", f"{name!r} cannot be an AMI header here; letters, digits and hyphens can, but no ActionID.")
        yield from ((name, str(one)) for one in _values(value))


def _values(value: HeaderValue) -> Iterable[str | int]:
    return (value,) if isinstance(value, str | int) else value


def _line(name: str, value: str) -> bytes:
    if any(character in value for character in _FORBIDDEN):
        raise Refused("ami_line_break", f"The AMI header {name} holds a line break or a NUL; it may hold neither.", header=name)
    try:
        line = f"{name}: {value}".encode()
    except UnicodeEncodeError:
        raise Refused("ami_not_utf8", f"The AMI header {name} cannot be written as UTF-8.", header=name) from None
    if len(line) > MAX_LINE_BYTES:
        sentence = f"The AMI header {name} is {len(line)} bytes long; Asterisk reads at most {MAX_LINE_BYTES}."
        raise Refused("ami_line_too_long", sentence, header=name)
    return line + b"\r\n"
