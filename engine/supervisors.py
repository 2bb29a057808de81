"""Supervisors on whichever Asterisk their call is: the phones they may be rung at, and their legs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from calls.errors import Conflict, NotFound, Refused
from conference.supervision import Supervision, SupervisorLegs, call_of
from config.derive import seat_ids_of
from config.settings import Settings
from engine.asterisks import Asterisks
from pbx.ami.actions import AmiActions
from pbx.ami.listed import DeviceState
from routing.seat_board import SeatBoard
from seats.seat import Phone
from seats.state import SeatState

_BOUND: Final = frozenset({SeatState.RESERVED, SeatState.TALKING})
_GONE: Final = frozenset({DeviceState.UNAVAILABLE, DeviceState.INVALID, DeviceState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class PhonesOfSupervisors:
    """Any seat's phone, and those of supervision.phones (conference.supervision.SupervisorPhones).

    Args: settings: those in force when it is asked.
    """

    settings: Callable[[], Settings]
    seats: SeatBoard
    asterisks: Asterisks

    async def device(self, phone: str, call_id: str) -> str:
        """See `SupervisorPhones.device`. A phone of a supervisor's own is rung where the call is, so it is to be registered there."""
        settings = self.settings()
        if phone in settings.supervision.phones:
            return await self._own(phone, call_id)
        if phone not in seat_ids_of(settings):
            own = ", ".join(settings.supervision.phones) or "none yet"
            sentence = f"{phone} is no phone of a supervisor; name a seat, or one of supervision.phones ({own})."
            raise Refused("phone_unknown", sentence, phone=phone)
        return await self._of_seat(phone, call_id)

    async def _own(self, phone: str, call_id: str) -> str:
        device = f"PJSIP/{phone}"
        state = await AmiActions(self.asterisks.of(call_id).link).device_state(device)
        if state in _GONE:
            raise _not_registered(phone)
        if state is not DeviceState.NOT_INUSE:
            raise _in_use(phone)
        return device

    async def _of_seat(self, phone: str, call_id: str) -> str:
        seat = await self.seats.seat(phone)
        if seat is None:
            raise NotFound("seat_unknown", f"There is no seat {phone}.", seat_id=phone)
        if seat.state in _BOUND or seat.phone is Phone.IN_USE:
            raise _in_use(phone)
        devices = self.asterisks.of(call_id).phones.reachable(phone)
        if seat.phone is Phone.UNREACHABLE or not devices:
            raise _not_registered(phone)
        return "&".join(devices)


@dataclass(frozen=True, slots=True)
class SupervisorsAnywhere:
    """Each leg's own Asterisk is asked (conference.supervision.SupervisorLegs)."""

    legs: Mapping[str, SupervisorLegs]
    asterisks: Asterisks

    async def ring(self, supervision: Supervision, device: str) -> None:
        """See `SupervisorLegs.ring`."""
        await self._of(supervision.call_id).ring(supervision, device)

    async def turn(self, supervision: Supervision) -> None:
        """See `SupervisorLegs.turn`."""
        await self._of(supervision.call_id).turn(supervision)

    async def hang_up(self, leg: str) -> None:
        """See `SupervisorLegs.hang_up`."""
        await self._of(call_of(leg)).hang_up(leg)

    def _of(self, call_id: str) -> SupervisorLegs:
        return self.legs[self.asterisks.of(call_id).name]


def _not_registered(phone: str) -> Conflict:
    return Conflict("phone_not_registered", f"Phone {phone} is not registered, so it cannot be rung.", phone=phone)


def _in_use(phone: str) -> Conflict:
    return Conflict("phone_in_use", f"Phone {phone} is in use; name another one, or try again when it is free.", phone=phone)
