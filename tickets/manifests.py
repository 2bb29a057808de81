"""The manifest of a recording: what it is, who was on the line when, and what became of it; and what is asked of its keeper."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from tickets.record import CallRecord, Pause, Span

SOUND: Final = ".wav"
MANIFEST: Final = ".json"
_CONSULT: Final = "-consult-"
_VOICEMAIL: Final = "-voicemail-"
_NAME: Final = re.compile(
    rf"(?P<stem>(?P<call>.+?)({_CONSULT}(?P<consult>[A-Za-z0-9._-]{{1,80}}?)|{_VOICEMAIL}(?P<take>[1-9][0-9]?))?)"
    r"(?P<half>-in|-out)?\.(wav|json)(?P<rest>.*)\Z"
)
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]")
_TRANSFER: Final = "xfer-"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """What a file's name says: the recording it belongs to (`stem`), its call, the consult in it ("" for the call itself).

    Args:
        half: one of the two that Asterisk writes. rest: what stands behind the ending, where it is not what it should be.
        take: how often the caller had begun to speak a voice message when this one was made; 0: it is none.
    """

    stem: str
    call_id: str
    consult: str
    half: bool
    rest: str
    take: int = 0


def file_name(name: str) -> FileName | None:
    """None where it is none of ours."""
    found = _NAME.match(name)
    if found is None:
        return None
    return FileName(
        stem=found["stem"],
        call_id=found["call"],
        consult=found["consult"] or "",
        half=found["half"] is not None,
        rest=found["rest"],
        take=int(found["take"] or 0),
    )


def stem_of(name: str) -> str:
    """The recording that a file belongs to; the name itself where it is none of ours."""
    known = file_name(name)
    return known.stem if known is not None else name


def consult_name(call_id: str, leg: str) -> str:
    """The name, without an ending, of what is recorded on this leg (the id of a specialist's attempt, or of an announced transfer)."""
    return f"{call_id}{_CONSULT}{consult_id(call_id, leg)}"


def voicemail_name(call_id: str, take: int) -> str:
    """The name, without an ending, of a voice message that the caller speaks, the first (1) or again."""
    return f"{call_id}{_VOICEMAIL}{take}"


def consult_id(call_id: str, leg: str) -> str:
    """What tells a call's consults apart."""
    return _UNFIT.sub("_", leg.replace(f"{call_id}-", "", 1).removeprefix("spec-"))[-80:]


def of_transfer(consult: str) -> bool:
    """Whether it is a seat's talk with whom the caller is to be handed on to, and not with a specialist."""
    return consult.startswith(_TRANSFER)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFile:
    """One file of sound: its name, the SHA-256 of all its bytes in hex, its size in bytes, and what is in it.

    Args:
        left, right: whom the channels hold.
    """

    name: str
    sha256: str
    size: int
    rate_hz: int
    length_s: float
    left: str = "caller"
    right: str = "everybody else, as the caller hears them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The sound was removed; `why` is a whole sentence."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """It is kept beyond its time until this is taken back; `why` is what `by` said."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From then until then (None: to the end)."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Whose consult it is, and when the caller was on music, so that there is something to hear; silence is written between.

    Args:
        specialist_id, department: the specialist's; "" of a transfer. target, to: what an announced transfer was to (seat, number,
            hotline), and which one; "" of a specialist.
    """

    consult_id: str
    specialist_id: str = ""
    name: str
    department: str = ""
    windows: tuple[Window, ...]
    target: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Stands beside the sound, and stays when that is removed.

    Args:
        consult: what is known of the consult that it is the recording of; None: it is the call's.
        take: of a voice message, which one of the call's (`FileName.take`); 0: it is none.
        held: set where it is not to be removed in its time.
        recorded: when the sound begins, as near as the facts tell. finished: when the file was made.
        announced, pauses, on_line: as in the call's record.
    """

    call_id: str
    files: tuple[SoundFile, ...]
    recorded: datetime | None
    finished: datetime
    announced: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    on_line: tuple[Span, ...] = ()
    removed: Removal | None = None
    consult: Consult | None = None
    held: Hold | None = None
    take: int = 0

    @property
    def name(self) -> str:
        """The recording's, without an ending."""
        if self.take:
            return voicemail_name(self.call_id, self.take)
        return consult_name(self.call_id, self.consult.consult_id) if self.consult is not None else self.call_id


def manifest_of(record: CallRecord, sound: SoundFile, *, finished: datetime) -> Manifest:
    """The manifest of the sound of this call, which is over."""
    return Manifest(
        call_id=record.call_id,
        files=(sound,),
        recorded=record.answered,
        finished=finished,
        announced=record.recording_announced,
        pauses=record.pauses,
        on_line=record.on_line,
    )


def manifest_of_voicemail(record: CallRecord, take: int, sound: SoundFile, *, left: datetime, finished: datetime) -> Manifest:
    """The manifest of what the caller had spoken when he `left` it."""
    return Manifest(
        call_id=record.call_id,
        files=(sound,),
        recorded=left - timedelta(seconds=sound.length_s),
        finished=finished,
        announced=record.recording_announced,
        take=take,
    )


def due(manifest: Manifest, *, keep_days: int, now: datetime) -> bool:
    """Whether its time is over and its sound is to go."""
    return manifest.removed is None and manifest.held is None and now - manifest.finished >= timedelta(days=keep_days)


def removed(manifest: Manifest, *, why: str, at: datetime) -> Manifest:
    """With a note that the sound is not there any more."""
    return replace(manifest, removed=Removal(at=at, why=why))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file in a store; `size` in bytes, `modified` aware."""

    name: str
    size: int
    modified: datetime


class RecordingStore(Protocol):
    """Where finished recordings and their manifests are, by name: a call's id and an ending.

    Raises (all): StoreFault: it cannot be reached, or did not do what was asked.
    """

    @property
    def place(self) -> str:
        """What people call it."""
        ...

    async def put(self, sound: SoundFile, file: Path) -> None:
        """Take this file in under the sound's name. Once this returns, what is kept has the sound's SHA-256."""
        ...

    async def write(self, name: str, content: bytes) -> None:
        """A small file, whole or not at all; takes the place of another of that name."""
        ...

    async def read(self, name: str) -> bytes | None:
        """A small file; None where there is none."""
        ...

    async def find(self, name: str) -> Stored | None:
        """What is known of a file; None where there is none."""
        ...

    def stream(self, name: str, *, start: int, size: int) -> AsyncIterator[bytes]:
        """So many bytes from there on; fewer where the file is shorter. Raises (while iterated): NotFound, StoreFault."""
        ...

    async def remove(self, name: str) -> bool:
        """Whether there was one."""
        ...

    def everything(self) -> AsyncIterator[Stored]:
        """All files, in no order."""
        ...
