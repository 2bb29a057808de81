"""One AGI command as one line of bytes: quoting, and what Asterisk must never be sent. No I/O.

Sources: res_agi.c `parse_args` (quoting), `run_agi` (one line, one command: what follows a line end, or byte 8191, would be
run as the next command).
"""

import re
from dataclasses import dataclass
from typing import Final

from calls.errors import Refused

MAX_LINE_BYTES: Final = 8190  # res_agi.c AGI_BUF_LEN, less the line end and the NUL
QUICK_S: Final = 5.0  # seconds within which a command that plays and dials nothing is answered, or something is wrong
MAX_FIELDS: Final = 16  # `parse_args` has room for 128, and does not check it for quoted ones

_ENDS_LINE = re.compile(r"[\r\n\0]")
_VARIABLE = re.compile(r"[A-Za-z_]\w*(?:\([^\"$\\{}\r\n\0]*\))?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9._:/@+-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Command:
    """One command line, and how its answer is to be waited for.

    Args:
        line: the bytes to write, with the line end.
        verb: for logs and errors.
        deadline_s: seconds to wait for the reply; None for what takes as long as people take (Dial, a prompt).
        even_if_gone: it is also sent, and its reply waited for, after the caller has hung up.
        stoppable: Asterisk stops it when the next line comes, and then answers nothing (STREAM FILE, GET DATA).
        mark: text that ends the value in the reply; see `variables`.
    """

    line: bytes
    verb: str
    deadline_s: float | None = QUICK_S
    even_if_gone: bool = False
    stoppable: bool = False
    mark: str = ""


def line_of(verb: str, *fields: str) -> bytes:
    """The verb as it stands and each field quoted, ready to be written.

    Raises: Refused: a field would end the line, is not Unicode text, or the line is too long.
    """
    if len(fields) > MAX_FIELDS:
        raise Refused("agi_too_many_fields", f"{verb}: an AGI command has at most {MAX_FIELDS} fields.", fields=len(fields))
    text = verb + "".join([f' "{_escaped(field)}"' for field in fields])
    if _ENDS_LINE.search(text):
        raise Refused("agi_field_refused", f"{verb}: an AGI field may not hold a line end or a NUL.", verb=verb)
    try:
        line = text.encode()
    except UnicodeEncodeError:
        raise Refused("agi_field_refused", f"{verb}: an AGI field must be Unicode text.", verb=verb) from None
    if len(line) > MAX_LINE_BYTES:
        raise Refused("agi_line_too_long", f"{verb}: an AGI line may have {MAX_LINE_BYTES} bytes, not {len(line)}.", verb=verb)
    return line + b"\n"


def _escaped(field: str) -> str:
    return field.replace("\\", "\\\\").replace('"', '\\"') if '"' in field or "\\" in field else field


def variables_of(names: tuple[str, ...], mark: str) -> bytes:
    """The line that reads several variables at once, `mark` behind each value.

    The mark must be unguessable: then neither a line end nor a bracket in a value, which a caller may have put there, is
    taken for the end of it. (`URIENCODE(${X})` frames as well, but cuts at 4,095 bytes, and a value `a):5` reads as "".)
    Raises: Refused: not the name of a variable or a function call.
    """
    for name in names:
        if not _VARIABLE.fullmatch(name):
            raise Refused("agi_variable_refused", f"{name!r} is not a channel variable or function, like DIALSTATUS or CALLERID(num).")
    return line_of("GET FULL VARIABLE", "".join([f"${{{name}}}{mark}" for name in names]))


def is_plain(text: str) -> bool:
    """Whether dialplan applications take the text as it is: nothing in it that they split or expand."""
    return _PLAIN.fullmatch(text) is not None
