"""Recordings as the API shows them."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from api.documents.calls import PauseDocument, SpanDocument, pause_document, span_document
from api.documents.plain import Document, Moment
from tickets.manifests import Manifest, SoundFile


class SoundDocument(Document):
    """A file of sound. `left` and `right` say whom its channels hold."""

    name: str
    sha256: Annotated[str, Field(description="Of the whole file, in hex; also its ETag.")]
    size: Annotated[int, Field(description="Bytes.")]
    rate_hz: int
    length_s: float
    left: str
    right: str


class RemovalDocument(Document):
    """The sound is not there any more, and why."""

    at: Moment
    why: str


class HoldDocument(Document):
    """Kept beyond its time, since when, at whose word and why."""

    at: Moment
    by: str
    why: str


class WindowDocument(Document):
    """From then until then."""

    since: Moment
    until: Moment | None


class ManifestDocument(Document):
    """What a recording is, who was on the line when, and what became of it."""

    call_id: str
    files: list[SoundDocument]
    recorded: Annotated[
        Moment | None, Field(description="When a seat first answered (the sound begins earlier); of a message, when he began to speak.")
    ]
    finished: Moment
    announced: Annotated[Moment | None, Field(description="When the caller was told that he is recorded; null: he was not.")]
    pauses: Annotated[list[PauseDocument], Field(description="When silence was recorded of everybody.")]
    on_line: list[SpanDocument]
    removed: RemovalDocument | None
    held: Annotated[HoldDocument | None, Field(description="Set where it is not removed in its time.")]


class ConsultDocument(ManifestDocument):
    """The same of a consult: of the stay of a specialist, or of whom the caller was to be handed on to, while the caller was on music."""

    consult: Annotated[str, Field(description="Which of the call's consults.")]
    specialist_id: Annotated[str | None, Field(description="null: it was no specialist.")]
    name: str
    department: str | None
    target: Annotated[str | None, Field(description="What an announced transfer was to: seat, number, hotline; null: it was a specialist.")]
    to: Annotated[str | None, Field(description="Which seat, number or hotline.")]
    windows: Annotated[list[WindowDocument], Field(description="When there is something to hear; silence is recorded between.")]


class ConsultsDocument(Document):
    """The consults of a call, in the order in which they began."""

    items: list[ConsultDocument]


class RecordingState(StrEnum):
    """What is written now."""

    PAUSED = "paused"
    ON = "on"


class RecordingStateDocument(Document):
    """A recording that goes on: `paused` writes silence of everybody."""

    call_id: str
    recording: RecordingState
    until: Annotated[Moment | None, Field(description="When it is resumed by itself at the latest; null: it is not paused.")] = None


class WhyKept(Document):
    """Why a recording is to be kept beyond its time."""

    why: Annotated[str, Field(min_length=1, max_length=500, description="For whoever finds it: a complaint, a case, its file number.")]


def manifest_document(manifest: Manifest) -> ManifestDocument:
    """A manifest."""
    return ManifestDocument(**_fields(manifest))


def consult_document(manifest: Manifest) -> ConsultDocument:
    """The manifest of a consult. Raises: ValueError: it is a call's."""
    if (consult := manifest.consult) is None:
        raise ValueError(f"{manifest.name} is no consult's recording")
    return ConsultDocument(
        **_fields(manifest),
        consult=consult.consult_id,
        specialist_id=consult.specialist_id or None,
        name=consult.name,
        department=consult.department or None,
        target=consult.target or None,
        to=consult.to or None,
        windows=[WindowDocument(since=window.since, until=window.until) for window in consult.windows],
    )


def _fields(manifest: Manifest) -> dict[str, Any]:
    held = manifest.held
    return {
        "call_id": manifest.call_id,
        "files": [_sound(file) for file in manifest.files],
        "recorded": manifest.recorded,
        "finished": manifest.finished,
        "announced": manifest.announced,
        "pauses": [pause_document(pause) for pause in manifest.pauses],
        "on_line": [span_document(span) for span in manifest.on_line],
        "removed": RemovalDocument(at=manifest.removed.at, why=manifest.removed.why) if manifest.removed is not None else None,
        "held": HoldDocument(at=held.at, by=held.by, why=held.why) if held is not None else None,
    }


def _sound(file: SoundFile) -> SoundDocument:
    return SoundDocument(
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        rate_hz=file.rate_hz,
        length_s=file.length_s,
        left=file.left,
        right=file.right,
    )
