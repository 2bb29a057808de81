"""What Asterisk says over AMI, taken to where it matters: the calls' mailboxes and the seats' phones.

No event is trusted further than it reaches: it may name legs, rooms and devices; who is served is decided elsewhere.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from calls.errors import Fault
from conference.supervision import LEG as SUPERVISOR
from engine.mailbox import PostOffice
from engine.whereabouts import ONLY, Whereabouts
from pbx.ami.messages import AmiEvent
from routing.seat_board import SeatBoard
from seats.seat import Phone, Seat, SeatDefinition

log = structlog.get_logger(__name__)

_UP: Final = "6"  # ChannelState of an answered channel (channelstate.h AST_STATE_UP)
_KEYED_MUSIC: Final = "zhida-keys"
"""What a talk's other party hears while a seat keys something in (features_zhida.conf)."""
_PHONES: Final[Mapping[str, Phone]] = {
    "NOT_INUSE": Phone.IDLE,
    "INUSE": Phone.IN_USE,
    "BUSY": Phone.IN_USE,
    "RINGING": Phone.IN_USE,
    "RINGINUSE": Phone.IN_USE,
    "ONHOLD": Phone.IN_USE,
}
"""Asterisk's device states; every other one (UNAVAILABLE, INVALID, UNKNOWN) is a phone that cannot be rung."""


class PhonesHere(Protocol):
    """The seats' phones as one Asterisk has to do with them."""

    @property
    def seats(self) -> tuple[SeatDefinition, ...]:
        """The seats that are watched."""
        ...

    @property
    def devices(self) -> Iterable[str]:
        """Every device of every seat."""
        ...

    def reachable(self, seat_id: str) -> tuple[str, ...]:
        """What this Asterisk is to dial so that the seat rings: its devices that can be rung now."""
        ...

    def seat_of(self, channel: str) -> str | None:
        """The seat whose phone's leg this is, by the channel's name (PJSIP/8001-00000031)."""
        ...

    def did_not_ring(self, seat_id: str) -> None:
        """Its phones were dialled where they are taken to be, and none began to ring."""
        ...

    def hung_up(self, seat_id: str) -> None:
        """This engine rings it no more, nor does it talk with who was rung for. Where nobody reports, that must do for an idle phone."""
        ...

    def saw(self, device: str, state: str) -> None:
        """A device's state, as this Asterisk names it."""
        ...

    def saw_all(self, states: Mapping[str, str]) -> None:
        """All that this Asterisk knows of devices."""
        ...

    def believed(self, seats: Iterable[Seat]) -> None:
        """What live state takes the phones for."""
        ...

    async def settled(self) -> None:
        """Return when live state has heard of all that was seen, or could not be told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Phones on a hotline of several Asterisks.

    Args:
        where: where each device is. across: the Asterisk to be rung -> what is dialled there from another one, behind the device.
    """

    where: Whereabouts
    across: Callable[[str], str]


class SeatPhones:
    """The seats' phones as Asterisk reports them; a seat's several devices count as one phone.

    Args:
        reported: whether the Asterisk of that name can report anything now.
        elsewhere: None where there is but one.
    """

    def __init__(
        self, board: SeatBoard, *, ready_when_registered: bool, reported: Callable[[str], bool], elsewhere: Elsewhere | None = None
    ) -> None:
        self._board = board
        self._reported = reported
        self._ready = ready_when_registered
        self.seats: tuple[SeatDefinition, ...] = ()
        elsewhere = elsewhere or Elsewhere(where=Whereabouts(), across=str)
        self.where, self._across = elsewhere.where, elsewhere.across
        self._seat_of: dict[str, str] = {}
        self._devices: dict[str, tuple[str, ...]] = {}
        self._said: dict[str, Phone] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}

    def define(self, seats: Iterable[SeatDefinition]) -> None:
        """The seats to watch; what was known of devices that stay is kept."""
        self.seats, self._seat_of, self._devices = tuple(seats), {}, {}
        for seat in self.seats:
            self._devices[seat.seat_id] = seat.devices
            self._seat_of.update(dict.fromkeys(seat.devices, seat.seat_id))

    @property
    def devices(self) -> Iterable[str]:
        """See `PhonesHere.devices`."""
        return self._seat_of.keys()

    def reachable(self, seat_id: str, at: str = ONLY) -> tuple[str, ...]:
        """See `PhonesHere.reachable`. Where none can be rung now, those that could be before their Asterisk fell silent."""
        devices = self._devices.get(seat_id, ())
        places = {device: place for device in devices if (place := self.where.place(device)) is not None}
        places = places or {device: place for device in devices if (place := self.where.last_place(device)) is not None}
        return tuple(device if place == at else f"{device}@{self._across(place)}" for device, place in places.items())

    def seat_of(self, channel: str) -> str | None:
        """See `PhonesHere.seat_of`."""
        return self._seat_of.get(channel.rpartition("-")[0])

    def saw(self, device: str, state: str, at: str = ONLY) -> None:
        """See `PhonesHere.saw`; told to the board where it changes the seat's phone."""
        seat_id = self._seat_of.get(device)
        if seat_id is None:
            return
        self.where.saw(device, _PHONES.get(state, Phone.UNREACHABLE), at)
        self._told(seat_id)

    def saw_all(self, states: Mapping[str, str], at: str = ONLY) -> None:
        """See `PhonesHere.saw_all`."""
        for device, state in states.items():
            self.saw(device, state, at)
        self.where.heard(at)

    def lost(self, at: str) -> None:
        """That Asterisk cannot be heard any more: what is registered there counts as unreachable."""
        self.where.lost(at)
        self.look_again()

    def look_again(self) -> None:
        """Tell the board of every seat whose phone is not what was said of it."""
        for seat_id in self._devices:
            self._told(seat_id)

    def _told(self, seat_id: str) -> None:
        if seat_id not in self._telling:
            self._telling[seat_id] = asyncio.create_task(self._tell(seat_id), name=f"seat phone {seat_id}")

    def did_not_ring(self, seat_id: str) -> None:
        """See `PhonesHere.did_not_ring`."""
        for device in self._devices.get(seat_id, ()):
            self.where.did_not_ring(device)

    def hung_up(self, seat_id: str) -> None:
        """See `PhonesHere.hung_up`."""
        for device in self._devices.get(seat_id, ()):
            for at in self.where.in_use_at(device):
                if not self._reported(at):
                    self.where.freed(device, at)
                    self._told(seat_id)

    async def settled(self) -> None:
        """See `PhonesHere.settled`."""
        await asyncio.gather(*self._telling.values(), return_exceptions=True)

    def believed(self, seats: Iterable[Seat]) -> None:
        """See `PhonesHere.believed`: where that is wrong, the next word on each device mends it."""
        for seat in seats:
            if seat.seat_id in self._devices and seat.seat_id not in self._telling:
                self._said[seat.seat_id] = seat.phone

    def _phone(self, seat_id: str) -> Phone | None:
        if seat_id not in self._devices:
            return None  # it was left out meanwhile
        phones = {self.where.phone(device) for device in self._devices[seat_id]}
        known = (phone for phone in (Phone.IN_USE, Phone.IDLE, None) if phone in phones)
        return next(known, Phone.UNREACHABLE)

    async def _tell(self, seat_id: str) -> None:
        try:
            await self._tell_newest(seat_id)
        finally:
            del self._telling[seat_id]  # here, not when the task is seen to be over: a word that came in between would be lost

    async def _tell_newest(self, seat_id: str) -> None:
        """Told one after another for a seat, always the newest, so that the board ends up with what is true."""
        while (phone := self._phone(seat_id)) is not None and phone is not self._said.get(seat_id):
            back = phone is not Phone.UNREACHABLE and self._said.get(seat_id, Phone.UNREACHABLE) is Phone.UNREACHABLE
            try:
                await self._board.phone(seat_id, phone, why=self._why(seat_id, phone), ready=self._ready and back)
            except Fault as fault:
                log.warning("seat_phone_not_told", seat_id=seat_id, phone=phone, code=fault.code)
                return  # reconciliation tells it again
            if seat_id in self._said or phone is not Phone.UNREACHABLE:  # at start most phones may be off, which is no change
                log.info("seat_phone_changed", seat_id=seat_id, phone=phone)
            self._said[seat_id] = phone

    def _why(self, seat_id: str, phone: Phone) -> str:
        if phone is not Phone.UNREACHABLE:
            return ""
        return f"{' and '.join(device.removeprefix('PJSIP/') for device in self._devices[seat_id])} not registered"


@dataclass(frozen=True, slots=True)
class PhonesAt:
    """`PhonesHere`, for one Asterisk of several."""

    phones: SeatPhones
    at: str

    @property
    def seats(self) -> tuple[SeatDefinition, ...]:
        """See `PhonesHere.seats`."""
        return self.phones.seats

    @property
    def devices(self) -> Iterable[str]:
        """See `PhonesHere.devices`."""
        return self.phones.devices

    def reachable(self, seat_id: str) -> tuple[str, ...]:
        """See `PhonesHere.reachable`."""
        return self.phones.reachable(seat_id, self.at)

    def seat_of(self, channel: str) -> str | None:
        """See `PhonesHere.seat_of`."""
        return self.phones.seat_of(channel)

    def did_not_ring(self, seat_id: str) -> None:
        """See `PhonesHere.did_not_ring`."""
        self.phones.did_not_ring(seat_id)

    def hung_up(self, seat_id: str) -> None:
        """See `PhonesHere.hung_up`."""
        self.phones.hung_up(seat_id)

    def saw(self, device: str, state: str) -> None:
        """See `PhonesHere.saw`."""
        self.phones.saw(device, state, self.at)

    def saw_all(self, states: Mapping[str, str]) -> None:
        """See `PhonesHere.saw_all`."""
        self.phones.saw_all(states, self.at)

    async def settled(self) -> None:
        """See `PhonesHere.settled`."""
        await self.phones.settled()

    def believed(self, seats: Iterable[Seat]) -> None:
        """See `PhonesHere.believed`."""
        self.phones.believed(seats)


class Supervisors(Protocol):
    """Who is told of supervisors' legs, and of the end of every leg that one may hear."""

    def answered(self, leg: str) -> None:
        """It was picked up."""
        ...

    def gone(self, leg: str) -> None:
        """It is no more."""
        ...


class Holds(Protocol):
    """Who is told of legs whose phones hold."""

    def said(self, call_id: str, leg: str, *, held: bool) -> None:
        """This leg of the call does, or does so no more."""
        ...


class Watcher:
    """Takes each AMI event where it belongs; unknown legs and rooms are other engines' or nobody's."""

    def __init__(self, post: PostOffice, phones: PhonesHere) -> None:
        self._post = post
        self._phones = phones
        self.supervisors: Supervisors | None = None
        self.strayed: Callable[[str], None] = lambda _: None
        """Told of callers' legs, by uniqueid, that were answered by a seat or hung up and are in nobody's hands here."""
        self.holds: Holds | None = None
        self._keyed: set[str] = set()
        self._handlers: dict[str, Callable[[Mapping[str, str]], None]] = {
            "DialBegin": self._dial_begin,
            "DialEnd": self._dial_end,
            "Newstate": self._newstate,
            "ConfbridgeJoin": self._joined,
            "ConfbridgeLeave": self._left_room,
            "Hangup": self._hangup,
            "Hold": self._hold,
            "Unhold": self._unhold,
            "DTMFEnd": self._key,
            "DeviceStateChange": self._device,
            "PeerStatus": self._peer,
        }

    def saw(self, event: AmiEvent) -> None:
        """One event, in the order of the link."""
        if (handler := self._handlers.get(event.name)) is not None:
            handler(event.headers)

    def _dial_begin(self, said: Mapping[str, str]) -> None:
        if (mailbox := self._post.of_call(said.get("Uniqueid", ""))) is not None:
            mailbox.rings(said.get("DestUniqueid", ""))

    def _dial_end(self, said: Mapping[str, str]) -> None:
        mailbox = self._post.of_call(said.get("Uniqueid", ""))
        if said.get("DialStatus") != "ANSWER":
            return
        if mailbox is None:
            self.strayed(said.get("Uniqueid", ""))
        else:
            mailbox.picked_up(said.get("DestUniqueid", ""), said.get("DestChannel", ""), dialled_by_call=True)

    def _newstate(self, said: Mapping[str, str]) -> None:
        leg = said.get("Uniqueid", "")
        if said.get("ChannelState") == _UP and self.supervisors is not None and leg.startswith(SUPERVISOR):
            self.supervisors.answered(leg)
        if said.get("ChannelState") == _UP and (mailbox := self._post.legs.get(leg)) is not None:
            mailbox.picked_up(leg, said.get("Channel", ""), dialled_by_call=False)

    def _joined(self, said: Mapping[str, str]) -> None:
        if (mailbox := self._post.of_call(said.get("Conference", ""))) is not None:
            mailbox.joined(said.get("Uniqueid", ""))

    def _left_room(self, said: Mapping[str, str]) -> None:
        if (mailbox := self._post.of_call(said.get("Conference", ""))) is not None:
            mailbox.left(said.get("Uniqueid", ""), 0)

    def _hangup(self, said: Mapping[str, str]) -> None:
        leg = said.get("Uniqueid", "")
        self._keyed.discard(leg)
        if self.supervisors is not None:
            self.supervisors.gone(leg)
        if (mailbox := self._post.legs.get(leg)) is not None:
            cause = said.get("Cause", "")
            mailbox.left(leg, int(cause) if cause.isdecimal() and len(cause) < 4 else 0)
        elif self._post.of_call(leg) is None:
            self.strayed(leg)

    def _hold(self, said: Mapping[str, str]) -> None:
        leg = said.get("Uniqueid", "")
        if said.get("MusicClass") == _KEYED_MUSIC:  # its phone holds nothing: something is keyed in
            self._keyed.add(leg)
        else:
            self._held(leg, held=True)

    def _unhold(self, said: Mapping[str, str]) -> None:
        leg = said.get("Uniqueid", "")
        if leg in self._keyed:
            self._keyed.discard(leg)
        else:
            self._held(leg, held=False)

    def _held(self, leg: str, *, held: bool) -> None:
        if self.holds is not None and (mailbox := self._post.legs.get(leg)) is not None:
            self.holds.said(mailbox.call_id, leg, held=held)

    def _key(self, said: Mapping[str, str]) -> None:
        mailbox = self._post.of_call(said.get("Uniqueid", ""))
        if mailbox is not None and said.get("Direction") == "Received":
            mailbox.pressed(said.get("Digit", "")[:1])

    def _device(self, said: Mapping[str, str]) -> None:
        self._phones.saw(said.get("Device", ""), said.get("State", ""))

    def _peer(self, said: Mapping[str, str]) -> None:
        """A phone that signs off while it rings keeps its device state for as long as that channel lives; this comes at once."""
        if said.get("PeerStatus") == "Unreachable":
            self._phones.saw(said.get("Peer", ""), "UNAVAILABLE")
