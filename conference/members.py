"""Who is in a call's conference, by the names people call them."""

from dataclasses import dataclass

from conference.errand import AttemptState, Errand
from conference.inside import Inside
from conference.transfer import TargetKind, Transfer, TransferState
from routing.waiting import LiveCall

_THERE = frozenset({AttemptState.JOINED})
_RINGS = frozenset({AttemptState.JOINED, AttemptState.RINGING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A member: `kind` is caller, seat, specialist or target; `leg` the uniqueid of the leg; `id` the number's, seat's or specialist's."""

    kind: str
    leg: str
    id: str


def has_company(call: LiveCall) -> bool:
    """Whether somebody beside the seat is there, or on the way: a specialist, or the target of an announced transfer.

    Supervisors are not counted: they come and go by themselves, and are seen in the room alone.
    """
    return _has_specialist(call) or _is_there(Inside.from_json(call.inside).transfer)


def has_company_but_for(call: LiveCall, transfer: Transfer) -> bool:
    """The same, once this transfer is done: a seat that takes the caller over is his seat, and no company."""
    return _has_specialist(call) or transfer.kind is not TargetKind.SEAT


def _has_specialist(call: LiveCall) -> bool:
    errand = Errand.from_json(call.errand)
    return errand.hunting or any(attempt.state is AttemptState.JOINED for attempt in errand.attempts)


def _is_there(transfer: Transfer | None) -> bool:
    return transfer is not None and transfer.announced and transfer.under_way


def member_of(call: LiveCall, member: str, *, ringing: bool = False) -> Who | None:
    """The member called so: "caller", "seat", "target", a specialist's or an attempt's id; None where nobody is.

    Args: ringing: also who is only being rung.
    """
    if member == "caller":
        return Who(kind="caller", leg=call.call_id, id=call.number)
    if member == "seat" and call.seat_leg:
        return Who(kind="seat", leg=call.seat_leg, id=call.seat_id)
    transfer = Inside.from_json(call.inside).transfer
    if transfer is not None and transfer.announced and member in ("target", transfer.transfer_id):
        there = transfer.state is TransferState.JOINED or (ringing and transfer.state is TransferState.RINGING)
        return Who(kind="target", leg=transfer.transfer_id, id=transfer.value) if there else None
    states = _RINGS if ringing else _THERE
    for attempt in Errand.from_json(call.errand).attempts:
        if member in (attempt.attempt_id, attempt.specialist_id) and attempt.state in states:
            return Who(kind="specialist", leg=attempt.attempt_id, id=attempt.specialist_id)
    return None
