"""Text as people type and paste it, in the plain characters that the rest reads."""

import re
from typing import Final

_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d\u30fc\u2500"
_SPACES: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f"
_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u202a\u202c\u202d\ufeff\u00ad"
"""Marks that phones and chat programs paste around a number; they show nothing and move nothing. U+202B and U+202E are
not among them: they turn digits round, so that what is seen is not what is stored."""

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN: Final = (
    _FULL_WIDTH
    | dict.fromkeys(map(ord, _DASHES), "-")
    | dict.fromkeys(map(ord, _SPACES), " ")
    | dict.fromkeys(map(ord, _INVISIBLE), None)
    | dict.fromkeys(map(ord, "【〔〖［「"), "(")
    | dict.fromkeys(map(ord, "】〕〗］」"), ")")
    | {ord("×"): "x", ord("✕"): "x", ord("～"): "~", ord("〜"): "~"}
)
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def to_plain(text: str) -> str:
    """Full-width signs, long dashes, odd spaces and brackets as their plain ASCII kin; invisible marks are dropped.

    Digits of other scripts stay what they are, and so are no digits for anything that reads the result.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_PLAIN)


def one_line(text: str) -> str:
    """The text on one line: control characters dropped, every run of white space one blank, none at the ends."""
    if not text.isprintable():
        text = _CONTROL.sub("", text.replace("\r", "\n").replace("\t", " "))
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """The plain text without any white space, in lower case: how headings and names are compared."""
    return "".join(to_plain(text).split()).lower()


def shown(text: str, *, longest: int = 64) -> str:
    """The text as it may be printed anywhere: cut to `longest`, with U+FFFD for whatever does not print."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return cut if cut.isprintable() else "".join(char if char.isprintable() else "\ufffd" for char in cut)
