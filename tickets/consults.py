"""The manifests of consults: what a seat said to a specialist, or to whom it handed its caller on, while the caller heard music."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tickets.manifests import Consult, Manifest, SoundFile, Window, consult_id, of_transfer
from tickets.record import CallRecord

_SEAT: Final = "seat"
_OUTSIDE: Final = "outside"  # as on_line has who was reached by a number


def manifest_of_consult(record: CallRecord, consult: str, sound: SoundFile, *, finished: datetime) -> Manifest | None:
    """The manifest of what was recorded on that leg; None where the caller was never on music meanwhile: there was no consult."""
    about = _with_target(record, consult) if of_transfer(consult) else _with_specialist(record, consult)
    if about is None or not about.windows:
        return None
    return Manifest(
        call_id=record.call_id,
        files=(sound,),
        recorded=about.windows[0].since,
        finished=finished,
        pauses=record.pauses,
        on_line=tuple(span for span in record.on_line if span.who != "caller"),
        consult=about,
    )


def _with_specialist(record: CallRecord, consult: str) -> Consult | None:
    for part in record.specialists:
        for attempt in part.attempts:
            if consult_id(record.call_id, attempt.attempt_id) == consult:
                came = ("specialist", part.specialist_id, attempt.ended)  # an attempt ends as he joins
                stays = [Window(since=span.since, until=span.until) for span in record.on_line if (span.who, span.id, span.since) == came]
                windows = _on_music(record, stays)
                who, where = part.specialist_id, part.department
                return Consult(consult_id=consult, specialist_id=who, name=part.name, department=where, windows=windows)
    return None


def _with_target(record: CallRecord, consult: str) -> Consult | None:
    """Until the caller was handed on: he is the target's then, and what the target says apart later is another consult."""
    for made in record.transfers:
        if made.announced and consult_id(record.call_id, made.transfer_id) == consult:
            whose = ("seat", made.to if made.target == _SEAT else _OUTSIDE)
            came = [span for span in record.on_line if (span.who, span.id) == whose and _during(span.since, made.asked, made.ended)]
            stays = [Window(since=span.since, until=_first(span.until, made.ended)) for span in came]
            name = made.name or next((span.name for span in came), "")
            return Consult(consult_id=consult, name=name, target=made.target, to=made.to, windows=_on_music(record, stays))
    return None


def _during(moment: datetime, since: datetime, until: datetime | None) -> bool:
    return since <= moment and (until is None or moment <= until)


def _on_music(record: CallRecord, stays: Sequence[Window]) -> tuple[Window, ...]:
    """Of these stays in the room, when the caller heard music meanwhile."""
    held = [span for span in record.on_line if (span.who, span.how) == ("caller", "held")]
    both = [
        Window(since=max(there.since, music.since), until=_first(there.until, music.until)) for there in stays for music in held
    ]
    return tuple(window for window in both if window.until is None or window.since < window.until)


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)
