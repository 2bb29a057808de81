"""Asterisk's call detail records, as cdr_custom writes them by Zhida's cdr_custom_zhida.conf."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from calls.calendar import BEIJING

COLUMNS: Final = (
    "uniqueid",
    "linkedid",
    "src",
    "dst",
    "dcontext",
    "channel",
    "dstchannel",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "userfield",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CdrRow:
    """One line: one attempt to connect a channel. A call has several, one for each seat that was dialled.

    Args:
        answer: when `channel` was answered, which Asterisk does itself before the music; it does not tell of a seat.
        disposition: ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION; of `dstchannel` where there is one.
    """

    uniqueid: str
    linkedid: str
    src: str
    dst: str
    dcontext: str
    channel: str
    dstchannel: str
    start: datetime
    answer: datetime | None
    end: datetime
    duration_s: int
    billsec: int
    disposition: str
    userfield: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that cannot be read: a call may stand in it. The last line may be one that is just being written."""

    line: int
    reason: str
    half_written: bool = False


def lines_of(path: Path) -> Iterator[str]:
    """The file's lines with their ends, whatever bytes are in them."""
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        yield from file


def read_cdr(lines: Iterable[str], *, zone: tzinfo = BEIJING) -> Iterator[CdrRow | BadLine]:
    """The rows of such a file, and the lines that are none. Each line is read by itself, so that a lost quote costs one line.

    Args:
        zone: of times that are written as 2026-11-20 16:20:00 rather than as seconds since 1970.
    """
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if not text.strip("\0 "):
            continue
        try:
            fields = next(csv.reader([text], strict=True), [])
            if fields[:2] == ["uniqueid", "linkedid"]:
                continue
            yield _row(fields, zone)
        except (csv.Error, ValueError, OverflowError) as error:
            yield BadLine(line=number, reason=str(error), half_written=not line.endswith("\n"))


def _row(fields: list[str], zone: tzinfo) -> CdrRow:
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} columns are expected, not {len(fields)}")
    cell = dict(zip(COLUMNS, fields, strict=True))
    start = _moment(cell["start"], zone)
    if not cell["uniqueid"] or start is None:
        raise ValueError("it has no uniqueid, or no start")
    duration_s = _seconds(cell["duration"])
    return CdrRow(
        uniqueid=cell["uniqueid"],
        linkedid=cell["linkedid"],
        src=cell["src"],
        dst=cell["dst"],
        dcontext=cell["dcontext"],
        channel=cell["channel"],
        dstchannel=cell["dstchannel"],
        start=start,
        answer=_moment(cell["answer"], zone),
        end=_moment(cell["end"], zone) or start + timedelta(seconds=duration_s),
        duration_s=duration_s,
        billsec=_seconds(cell["billsec"]),
        disposition=cell["disposition"],
        userfield=cell["userfield"],
    )


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """Seconds since 1970, of which 0 is never, or local time."""
    if "-" in text:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    since_1970_s = float(text or 0)
    return datetime.fromtimestamp(since_1970_s, UTC) if since_1970_s > 0 else None


def _seconds(text: str) -> int:
    return int(float(text or 0))
