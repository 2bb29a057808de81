"""Handing a caller on: to whom, how, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from calls.events import TransferAsked, TransferEnded, to_ms
from routing.waiting import LiveCall

OUTSIDE: Final = "outside"
"""What stands in the records where a seat would, for who was reached by a number."""


class TargetKind(StrEnum):
    """What a caller can be handed on to."""

    SEAT = "seat"
    GROUP = "group"
    NUMBER = "number"  # of the outside world
    HOTLINE = "hotline"  # another hotline, by its name in the configuration; it gets the context too
    QUEUE = "queue"  # the waiting room, by the ladder he came by


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTarget:
    """Where to. `value`: a seat's id, a group's name, a number as people write it, a hotline's key; "" for QUEUE."""

    kind: TargetKind
    value: str = ""


class TransferState(StrEnum):
    """How far it is."""

    ASKED = "asked"
    RINGING = "ringing"
    JOINED = "joined"  # the target of an announced transfer talks with the seat
    DONE = "done"  # the caller is the target's
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    FAILED = "failed"
    LEFT = "left"  # the target hung up before it was completed
    CANCELLED = "cancelled"


UNDER_WAY: frozenset[TransferState] = frozenset({TransferState.ASKED, TransferState.RINGING, TransferState.JOINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One transfer.

    Args:
        transfer_id: also the uniqueid of the leg of an announced one's target.
        kind, value: the target. name: as people call it. device: what rings it (several joined by &), where that is no waiting room.
        headers: of the INVITE to the target. by: who asked. from_seat: whose caller he was. summary: what the target is to know.
        shown_number, shown_name: what an announced one's target is shown; "" is what the outside world is shown.
    """

    transfer_id: str
    kind: TargetKind
    value: str
    announced: bool
    by: str
    from_seat: str
    name: str = ""
    device: str = ""
    ring_s: float = 30.0
    summary: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    shown_number: str = ""
    shown_name: str = ""
    state: TransferState = TransferState.ASKED

    @property
    def under_way(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in UNDER_WAY

    def now(self, state: TransferState) -> Self:
        """The same in another state."""
        return replace(self, state=state)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Of its part of the document."""
        return cls(**{**row, "kind": TargetKind(row["kind"]), "state": TransferState(row["state"])})


def call_of_transfer(transfer_id: str) -> str:
    """The call it was made in; "" where that is none's id."""
    return transfer_id.partition("-")[2].rpartition("-")[0]


def back_to_queue(call: LiveCall, at: datetime) -> Transfer:
    """Everybody has left a caller who was on music: he goes back to the waiting room by his ladder."""
    return Transfer(
        transfer_id=f"back-{call.call_id}-{to_ms(at)}", kind=TargetKind.QUEUE, value="", announced=False, by="", from_seat=call.seat_id
    )


def asked_for(call_id: str, transfer: Transfer, at: datetime) -> TransferAsked:
    """The fact that it was asked for."""
    return TransferAsked(
        call_id=call_id,
        at=at,
        transfer_id=transfer.transfer_id,
        target=transfer.kind,
        to=transfer.value,
        name=transfer.name,
        announced=transfer.announced,
        by=transfer.by,
        seat_id=transfer.from_seat,
        summary=transfer.summary,
    )


def ended_as(call_id: str, transfer: Transfer, state: TransferState, at: datetime) -> TransferEnded:
    """The fact that this came of it."""
    return TransferEnded(call_id=call_id, at=at, transfer_id=transfer.transfer_id, outcome=state)
