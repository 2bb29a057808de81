"""What Asterisk says over AMI, taken to where it matters: the calls' mailboxes and the seats' phones.

No event is trusted further than it reaches: it may name legs, rooms and devices; who is served is decided elsewhere.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import structlog

from calls.errors import Fault
from engine.mailbox import PostOffice
from pbx.ami.messages import AmiEvent
from routing.waiting import SeatBoard
from seats.seat import Phone, Seat, SeatDefinition

log = structlog.get_logger(__name__)

_UP: Final = "6"  # ChannelState of an answered channel (channelstate.h AST_STATE_UP)
_IDLE: Final = "NOT_INUSE"
_PHONES: Final[Mapping[str, Phone]] = {
    _IDLE: Phone.IDLE,
    "INUSE": Phone.IN_USE,
    "BUSY": Phone.IN_USE,
    "RINGING": Phone.IN_USE,
    "RINGINUSE": Phone.IN_USE,
    "ONHOLD": Phone.IN_USE,
}
"""Asterisk's device states; every other one (UNAVAILABLE, INVALID, UNKNOWN) is a phone that cannot be rung."""


class SeatPhones:
    """The seats' phones as Asterisk reports them; a seat's several devices count as one phone.

    Args:
        reported: whether Asterisk can report anything now.
    """

    def __init__(self, board: SeatBoard, *, ready_when_registered: bool, reported: Callable[[], bool]) -> None:
        self._board = board
        self._reported = reported
        self._ready = ready_when_registered
        self.seats: tuple[SeatDefinition, ...] = ()
        self._seat_of: dict[str, str] = {}
        self._devices: dict[str, dict[str, Phone]] = {}
        self._said: dict[str, Phone] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}

    def define(self, seats: Iterable[SeatDefinition]) -> None:
        """The seats to watch; what was known of devices that stay is kept."""
        before = {device: phone for devices in self._devices.values() for device, phone in devices.items()}
        self.seats, self._seat_of, self._devices = tuple(seats), {}, {}
        for seat in self.seats:
            self._devices[seat.seat_id] = {device: before.get(device, Phone.UNREACHABLE) for device in seat.devices}
            self._seat_of.update(dict.fromkeys(seat.devices, seat.seat_id))

    @property
    def devices(self) -> Iterable[str]:
        """Every device of every seat."""
        return self._seat_of.keys()

    def reachable(self, seat_id: str) -> tuple[str, ...]:
        """The seat's devices that can be rung now."""
        return tuple(device for device, phone in self._devices.get(seat_id, {}).items() if phone is not Phone.UNREACHABLE)

    def seat_of(self, channel: str) -> str | None:
        """The seat whose phone's leg this is, by the channel's name (PJSIP/8001-00000031)."""
        return self._seat_of.get(channel.rpartition("-")[0])

    def saw(self, device: str, state: str) -> None:
        """A device's state, as Asterisk names it; told to the board where it changes the seat's phone."""
        seat_id = self._seat_of.get(device)
        if seat_id is None:
            return
        self._devices[seat_id][device] = _PHONES.get(state, Phone.UNREACHABLE)
        if seat_id not in self._telling:
            self._telling[seat_id] = asyncio.create_task(self._tell(seat_id), name=f"seat phone {seat_id}")

    def hung_up(self, seat_id: str) -> None:
        """This engine rings it no more, nor does it talk with who was rung for. Where nobody reports, that must do for an idle phone."""
        if self._reported():
            return
        for device, phone in self._devices.get(seat_id, {}).items():
            if phone is Phone.IN_USE:
                self.saw(device, _IDLE)

    def believed(self, seats: Iterable[Seat]) -> None:
        """What live state takes the phones for: where that is wrong, the next word on each device mends it."""
        for seat in seats:
            if seat.seat_id in self._devices and seat.seat_id not in self._telling:
                self._said[seat.seat_id] = seat.phone

    def _phone(self, seat_id: str) -> Phone:
        phones = self._devices[seat_id].values()
        if Phone.IN_USE in phones:
            return Phone.IN_USE
        return Phone.IDLE if Phone.IDLE in phones else Phone.UNREACHABLE

    async def _tell(self, seat_id: str) -> None:
        try:
            await self._tell_newest(seat_id)
        finally:
            del self._telling[seat_id]  # here, not when the task is seen to be over: a word that came in between would be lost

    async def _tell_newest(self, seat_id: str) -> None:
        """Told one after another for a seat, always the newest, so that the board ends up with what is true."""
        while (phone := self._phone(seat_id)) is not self._said.get(seat_id):
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


class Watcher:
    """Takes each AMI event where it belongs; unknown legs and rooms are other engines' or nobody's."""

    def __init__(self, post: PostOffice, phones: SeatPhones) -> None:
        self._post = post
        self._phones = phones
        self._handlers: dict[str, Callable[[Mapping[str, str]], None]] = {
            "DialBegin": self._dial_begin,
            "DialEnd": self._dial_end,
            "Newstate": self._newstate,
            "ConfbridgeJoin": self._joined,
            "ConfbridgeLeave": self._left_room,
            "Hangup": self._hangup,
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
        if mailbox is not None and said.get("DialStatus") == "ANSWER":
            mailbox.picked_up(said.get("DestUniqueid", ""), said.get("DestChannel", ""), dialled_by_call=True)

    def _newstate(self, said: Mapping[str, str]) -> None:
        leg = said.get("Uniqueid", "")
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
        if (mailbox := self._post.legs.get(leg)) is not None:
            cause = said.get("Cause", "")
            mailbox.left(leg, int(cause) if cause.isdecimal() and len(cause) < 4 else 0)

    def _device(self, said: Mapping[str, str]) -> None:
        self._phones.saw(said.get("Device", ""), said.get("State", ""))

    def _peer(self, said: Mapping[str, str]) -> None:
        """A phone that signs off while it rings keeps its device state for as long as that channel lives; this comes at once."""
        if said.get("PeerStatus") == "Unreachable":
            self._phones.saw(said.get("Peer", ""), "UNAVAILABLE")
