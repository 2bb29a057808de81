"""Rows for people: columns as wide as what stands in them, Chinese counted as wide as it is."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The rows under their head, columns two blanks apart."""
    cells = [list(head), *([_shown(value) for value in row] for row in rows)]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(head))]
    lines = ("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "-" if value is None or value == "" else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
