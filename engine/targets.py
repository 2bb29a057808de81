"""Whom callers may be handed on to on this hotline (conference.targets.Targets), by its configuration and its seats as they are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from calls.errors import Conflict, Refused
from conference.targets import Found
from conference.transfer import TargetKind, TransferTarget
from config.settings import Settings
from engine.asterisks import Asterisks
from engine.outside import outside_of
from pbx.line import shown_as
from routing.seat_board import SeatBoard
from routing.waiting import LiveCall
from seats.seat import Phone, Seat
from seats.state import ON_DUTY, SeatState

_TRIED: Final = 3
"""So many free seats of a group are tried for an announced transfer: another engine may be quicker with each."""


@dataclass(frozen=True, slots=True)
class TargetsHere:
    """Args: settings: as they are when asked."""

    settings: Callable[[], Settings]
    seats: SeatBoard
    asterisks: Asterisks

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        """See `Targets.find`."""
        match to.kind:
            case TargetKind.SEAT:
                return [await self._seat(call, to.value, announced=announced)]
            case TargetKind.GROUP:
                return await self._group(call, to.value, announced=announced)
            case TargetKind.NUMBER:
                return [self._number(to.value)]
            case TargetKind.HOTLINE:
                return [self._hotline(to.value)]
            case TargetKind.QUEUE if not announced:
                return [Found(kind=TargetKind.QUEUE, value="", name="waiting room")]
            case _:
                raise Refused("transfer_target_unknown", "The waiting room cannot be talked with first; hand the caller on at once.")

    async def _seat(self, call: LiveCall, seat_id: str, *, announced: bool) -> Found:
        if seat_id == call.seat_id:
            raise Refused("transfer_to_itself", f"Call {call.call_id} is seat {seat_id}'s already; name another seat.", seat_id=seat_id)
        seat = await self.seats.seat(seat_id)
        if seat is None:
            raise Refused("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
        if not _is_free(seat):
            sentence = f"Seat {seat_id} is {seat.state} and its phone {seat.phone}; a caller can be handed on to a seat that is ready."
            raise Conflict("seat_not_free", sentence, seat_id=seat_id, state=seat.state, phone=seat.phone)
        return self._found(call, seat, announced=announced)

    async def _group(self, call: LiveCall, group: str, *, announced: bool) -> list[Found]:
        seats = await self.seats.seats()
        known = self.settings().groups
        if group not in known:
            raise Refused("group_unknown", f"There is no group {group}; there are {', '.join(sorted(known))}.", group=group)
        there = [seat for seat in seats if group in seat.groups and seat.seat_id != call.seat_id]
        label = known[group].label or group
        if not announced:
            if not any(seat.state in ON_DUTY for seat in there):
                sentence = f"No seat of group {group} but the call's own is on duty, so that the caller would wait there for nobody."
                raise Conflict("group_empty", sentence, group=group)
            return [Found(kind=TargetKind.GROUP, value=group, name=label)]
        free = sorted((seat for seat in there if _is_free(seat)), key=lambda seat: (seat.since, seat.seat_id))
        if not free:
            sentence = f"No seat of group {group} is free to be talked with; hand the caller on at once, so that he waits for one."
            raise Conflict("group_busy", sentence, group=group)
        return [self._found(call, seat, announced=True) for seat in free[:_TRIED]]

    def _found(self, call: LiveCall, seat: Seat, *, announced: bool) -> Found:
        name = seat.agent_name or f"seat {seat.seat_id}"
        if not announced:
            return Found(kind=TargetKind.SEAT, value=seat.seat_id, name=name)
        devices = self.asterisks.of(call.call_id).phones.reachable(seat.seat_id)
        if not devices:
            raise Conflict("seat_not_free", f"The phone of seat {seat.seat_id} is not registered.", seat_id=seat.seat_id)
        number, shown = shown_as(call.number, call.name)
        return Found(
            kind=TargetKind.SEAT,
            value=seat.seat_id,
            name=name,
            device="&".join(devices),
            ring_s=self.settings().transfer.ring_s,
            shown_number=number,
            shown_name=shown,
        )

    def _number(self, number: str) -> Found:
        settings = self.settings()
        outside, allowed = outside_of(settings), settings.transfer.numbers
        digits = outside.digits(number)
        if settings.outbound is None or not digits.removeprefix(outside.prefix).startswith(allowed):
            begins = f"that begin with {', '.join(allowed)}" if allowed and settings.outbound is not None else "none (transfer.numbers)"
            sentence = f"No caller may be handed on to {number}; allowed are numbers {begins}."
            raise Refused("number_not_allowed", sentence)
        return Found(kind=TargetKind.NUMBER, value=number, name=number, device=outside.device(digits), ring_s=settings.transfer.ring_s)

    def _hotline(self, key: str) -> Found:
        settings = self.settings()
        hotlines = settings.transfer.hotlines
        if key not in hotlines or settings.outbound is None:
            known = ", ".join(f"{one} ({hotline.name})" for one, hotline in hotlines.items()) or "none (transfer.hotlines)"
            raise Refused("hotline_unknown", f"There is no other hotline {key}; there are {known}.", hotline=key)
        device = outside_of(settings).device(hotlines[key].number)
        return Found(kind=TargetKind.HOTLINE, value=key, name=hotlines[key].name, device=device, ring_s=settings.transfer.ring_s)


def _is_free(seat: Seat) -> bool:
    return seat.state is SeatState.READY and seat.phone is Phone.IDLE
