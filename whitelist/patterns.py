"""What an entry of the whitelist covers: one number, or a switchboard's whole block of them.

A pattern is a number in E.164 whose last digits may be open: `+8651588880001`, `+865158889xxxx` (ten thousand numbers).
People write blocks as 0515-8889xxxx, 0515-8889****, 88890000-88899999 or 0515-88890000~9999; a span that is no whole block
becomes the few blocks and numbers it is made of.
"""

import re
from dataclasses import dataclass
from typing import Final

from whitelist.numbers import Number, NumberKind, national_form, parse_number
from whitelist.plain import to_plain

MOST_OPEN_DIGITS: Final = 4
"""A block holds ten thousand numbers at most: one slip of the pen must not give a whole city priority."""

_BLOCK: Final = re.compile(r"(.*\d)[\s\-]*((?:[x*?]\s*)+)", re.IGNORECASE | re.ASCII)
_SPAN: Final = re.compile(r"(.*\d)\s*[~至到]\s*([\d\-() +]*\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Covered:
    """What a piece of text covers: the patterns, none of them where `reason` says why it was refused."""

    raw: str
    patterns: tuple[str, ...]
    extension: str = ""
    reason: str = ""


def parse_pattern(raw: str, *, area_code: str) -> Covered:
    """Read a number or a block of numbers that may stand on the whitelist. Never raises."""
    number = parse_number(raw, area_code=area_code)
    if number.e164 is not None:
        return Covered(number.raw, (number.e164,), number.extension)
    text = to_plain(number.raw).strip()
    block = _BLOCK.fullmatch(text)
    if block:
        return _block(number.raw, block[1], sum(char in "xX*?" for char in block[2]), area_code)
    span = _split_span(text)
    return _span(number, *span, area_code) if span else Covered(number.raw, (), reason=number.reason)


def open_digits(pattern: str) -> int:
    """How many last digits of the pattern are open; 0 for a single number."""
    return len(pattern) - len(pattern.rstrip("x"))


def written(pattern: str) -> str:
    """The pattern as people write it: 0515-88880001, 0515-8889xxxx."""
    wild = open_digits(pattern)
    if not wild:
        return national_form(pattern)
    return national_form(pattern[:-wild] + "0" * wild)[:-wild] + "x" * wild


def _block(raw: str, stem: str, wild: int, area_code: str) -> Covered:
    if wild > MOST_OPEN_DIGITS:
        return Covered(raw, (), reason=f"{raw} covers too much: at most {MOST_OPEN_DIGITS} digits may be left open.")
    number = parse_number(stem + "0" * wild, area_code=area_code)
    if number.e164 is None or number.kind is not NumberKind.LANDLINE or number.extension:
        return Covered(raw, (), reason=f"{raw} is not a block of landline numbers.")
    return Covered(raw, (number.e164[:-wild] + "x" * wild,))


def _split_span(text: str) -> tuple[str, str] | None:
    """The two ends of 0515-88890000~9999 or, both written out, of 0515-88890000-88899999."""
    span = _SPAN.fullmatch(text)
    if span:
        return span[1], span[2]
    parts = text.split("-")
    half = (len(parts) + 1) // 2
    first, last = "-".join(parts[:half]), "-".join(parts[half:])
    return (first, last) if 2 <= len(parts) <= 4 and sum(map(str.isdigit, last)) >= 7 else None


def _span(whole: Number, first: str, last: str, area_code: str) -> Covered:
    start = parse_number(first, area_code=area_code)
    if start.e164 is None or start.national is None or start.kind is not NumberKind.LANDLINE:
        return Covered(whole.raw, (), reason=whole.reason)
    end = _end_of_span(start.e164, last, start.national.partition("-")[0])
    if end is None or len(end) != len(start.e164) or end < start.e164:
        return Covered(whole.raw, (), reason=f"{whole.raw} is not a span of landline numbers from a lower to a higher one.")
    if int(end) - int(start.e164) >= 10**MOST_OPEN_DIGITS:
        return Covered(whole.raw, (), reason=f"{whole.raw} covers too much: at most {10**MOST_OPEN_DIGITS} numbers are one switchboard.")
    return Covered(whole.raw, tuple(_blocks(int(start.e164), int(end))))


def _end_of_span(start: str, last: str, area_code: str) -> str | None:
    digits = "".join(filter(str.isdigit, last))
    return start[: -len(digits)] + digits if len(digits) < 7 else parse_number(last, area_code=area_code).e164


def _blocks(first: int, last: int) -> list[str]:
    """The fewest patterns that together cover first to last, both included."""
    found: list[str] = []
    while first <= last:
        wild = 0
        while first % 10 ** (wild + 1) == 0 and first + 10 ** (wild + 1) - 1 <= last:
            wild += 1
        found.append(f"+{str(first)[: len(str(first)) - wild]}{'x' * wild}")
        first += 10**wild
    return found
