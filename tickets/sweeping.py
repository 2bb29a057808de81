"""What a sweep of the stores finds: files that belong to no call, and calls whose recording is not there."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tickets.manifests import MANIFEST, SOUND, Stored, file_name
from tickets.record import CallRecord
from tickets.records import MOST, Records, Wanted

SETTLED: Final = timedelta(minutes=10)
"""What was changed in these last minutes is still being worked on."""


class Lack(StrEnum):
    """What is wrong."""

    NO_RECORD = "no_record"  # a file of a call that there is no record of
    LEFT_OVER = "left_over"  # half-written, by an engine that died
    NEVER_JOINED = "never_joined"  # a half whose call has a record and is over
    UNREADABLE = "unreadable"  # set aside because it is no sound
    NO_MANIFEST = "no_manifest"  # a sound that was never described
    NOT_THERE = "not_there"  # the record names it, and it is nowhere
    FOREIGN = "foreign"  # nothing that Zhida writes


REMOVABLE: Final = frozenset({Lack.NO_RECORD, Lack.LEFT_OVER})
"""Belongs to nobody; everything else is for a person to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One of them; `name` is the file's, or the recording's that is not there."""

    lack: Lack
    name: str
    call_id: str
    size: int = 0


def findings(files: Iterable[Stored], ended: Mapping[str, bool], now: datetime) -> list[Finding]:
    """What is wrong with these files.

    Args:
        ended: calls there is a record of -> whether it has its end.
    """
    settled = [file for file in files if now - file.modified > SETTLED]
    names = {file.name for file in settled}
    found = [
        Finding(lack=lack, name=file.name, call_id=call_of(file.name), size=file.size)
        for file in settled
        if (lack := _lack(file, names, ended)) is not None
    ]
    return sorted(found, key=lambda finding: (finding.lack, finding.name))


def call_of(name: str) -> str:
    """The call that a file is of, by its name; "" where it is none of ours."""
    shape = file_name(name)
    return shape.call_id if shape is not None else ""


def _lack(file: Stored, names: set[str], ended: Mapping[str, bool]) -> Lack | None:
    shape = file_name(file.name)
    if shape is None:
        return Lack.FOREIGN
    if shape.rest:
        return Lack.UNREADABLE if shape.rest == ".unreadable" else Lack.LEFT_OVER
    if shape.call_id not in ended:
        return Lack.NO_RECORD
    if shape.half:
        return Lack.NEVER_JOINED if ended[shape.call_id] else None
    if file.name.endswith(SOUND) and f"{shape.stem}{MANIFEST}" not in names:
        return Lack.NO_MANIFEST
    return None


async def not_there(records: Records, names: set[str], *, since: datetime, now: datetime) -> list[Finding]:
    """Recordings of calls since then that are in no store, and were not removed by rule. Raises: StoreFault."""
    return [
        Finding(lack=Lack.NOT_THERE, name=name, call_id=record.call_id)
        async for record in _every(records, since)
        if record.ended is not None and now - record.ended > SETTLED
        for name in _expected(record)
        if not {f"{name}{ending}" for ending in (SOUND, "-in.wav", "-out.wav")} & names
    ]


def _expected(record: CallRecord) -> set[str]:
    finished = {one.name for one in record.kept}
    return (set(record.recordings) | finished) - {one.name for one in record.kept if one.removed is not None}


async def _every(records: Records, since: datetime) -> AsyncIterator[CallRecord]:
    cursor: str | None = None
    while True:
        page = await records.calls(Wanted(since=since), cursor=cursor, limit=MOST)
        for record in page.items:
            yield record
        if page.next is None:
            return
        cursor = page.next
