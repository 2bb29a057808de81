"""Asterisk as far as a call's road needs it: callers' channels with their applications, seats' phones, a room, AMI's events."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from conference.errand import Attempt
from conference.transfer import Transfer
from ivr.voicemail import OnTape
from pbx.agi.results import Recorded
from pbx.ami.messages import AmiEvent
from pbx.ami.newcall import NewCall

ANSWER, BUSY, UNAVAILABLE, NO_ANSWER = ("ANSWER", 16), ("BUSY", 17), ("CHANUNAVAIL", 0), ("NOANSWER", 0)  # 0: the old one stays
DECLINED = ("CHANUNAVAIL", 21)


class Phone:
    """A seat's phone, or one of the outside world; its behaviour is set before it is rung."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.answers_after_s: float | None = None
        self.declines_after_s: float | None = None
        self.dead = False
        self.there = True
        self.rung: list[str] = []
        self.leg: Leg | None = None

    @property
    def rings(self) -> bool:
        return self.leg is not None and not self.leg.answered.is_set()

    @property
    def talks(self) -> bool:
        return self.leg is not None and self.leg.answered.is_set()

    def answer(self) -> None:
        assert self.leg is not None
        self.leg.answered.set()

    def decline(self) -> None:
        assert self.leg is not None
        self.leg.hang_up(21)

    def hang_up(self) -> None:
        assert self.leg is not None
        self.leg.hang_up(16)


@dataclass(eq=False)
class Leg:
    """The channel towards a phone."""

    uniqueid: str
    channel: str
    phone: Phone
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    cause: int = 16
    variables: dict[str, str] = field(default_factory=dict)

    def hang_up(self, cause: int) -> None:
        if not self.ended.is_set():
            self.cause = cause
            self.ended.set()


@dataclass(eq=False)
class Caller:
    """A caller's channel. `where` is what he hears: ringing, music, a prompt, a seat's or the room's name.

    Args:
        monitors: MixMonitors that were begun on it; one may go on in the files of the one before. files_begun: how often they did not.
        says: after each tone so many seconds, and then "#", "" (he is silent), "hang up", or "on" (he speaks on and on).
    """

    number: str
    uniqueid: str
    dialled: str = "12345"
    trunk: str = "carrier"
    channel: str = ""
    where: str = "ringing"
    heard: list[str] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    out: asyncio.Event = field(default_factory=asyncio.Event)
    keys: dict[str, str] = field(default_factory=dict)
    says: list[tuple[float, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    app: "asyncio.Task[int] | None" = None
    session: Any = None
    commands: list[str] = field(default_factory=list)
    monitors: int = 0  # MixMonitors that were begun
    files_begun: int = 0  # by those that did not go on in the files of the one before
    up: bool = False
    back: bool = False

    def hang_up(self) -> None:
        self.gone.set()


@dataclass(eq=False)
class Tapes:
    """ivr.voicemail.Tapes on a disk: name -> how much sound Asterisk has written under it."""

    sound_s: dict[str, float] = field(default_factory=dict)
    full: bool = False
    unwritable: bool = False

    def name(self, call_id: str, take: int) -> str:
        return f"{call_id}-voicemail-{take}"

    async def has_room(self, seconds: float) -> bool:
        return not self.full

    async def on_tape(self, name: str, *, least_s: float) -> OnTape | None:
        seconds = self.sound_s.get(name)
        return None if seconds is None else OnTape(length_s=seconds, enough=seconds >= least_s)

    async def discard(self, call_id: str) -> None:
        self.sound_s = {name: seconds for name, seconds in self.sound_s.items() if not name.startswith(f"{call_id}-")}

    async def begun(self, call_id: str) -> int:
        return sum(name.startswith(f"{call_id}-") for name in self.sound_s)


class Exchange:
    """The one Asterisk that all engines share; with `link_up` False, no event comes and no action is taken."""

    def __init__(self) -> None:
        self.link_up = True
        self.watchers: list[Callable[[AmiEvent], None]] = []
        self.phones: dict[str, Phone] = {}
        self.callers: dict[str, Caller] = {}
        self.legs: dict[str, Leg] = {}
        self.room: dict[str, Callable[[], None]] = {}
        self.missing_prompts: set[str] = set()
        self.broken_rooms = False
        self.silent: dict[str, bool] = {}
        self.tapes = Tapes()
        self.ordered: list[NewCall] = []
        self._numbers = count(1)
        self._tasks: set[asyncio.Future[object]] = set()

    def phone(self, device: str) -> Phone:
        return self.phones.setdefault(device, Phone(device))

    def says(self, name: str, **headers: str) -> None:
        """An AMI event, to every engine whose link is up."""
        if self.link_up:
            for watcher in self.watchers:
                asyncio.get_running_loop().call_later(0.0002, watcher, AmiEvent(name, headers))

    def registers(self, device: str) -> None:
        self.phone(device).there = True
        self.says("DeviceStateChange", Device=device, State=self.state(device))

    def vanishes(self, device: str) -> None:
        """Its registration is over; what rings there rings on."""
        self.phone(device).there = False
        self.says("PeerStatus", Peer=device, PeerStatus="Unreachable")

    def state(self, device: str) -> str:
        """The device's state, as Asterisk names it."""
        phone = self.phones.get(device)
        if phone is not None and phone.leg is not None:
            return "INUSE" if phone.talks else "RINGING"
        return "NOT_INUSE" if phone is not None and phone.there else "UNAVAILABLE"

    # ── Dial ──

    async def dial(self, caller: Caller, data: str) -> int:
        """Dial(devices,limits,options), for as long as it lasts."""
        devices, limits, *_ = data.split(",")
        ring_s, _, no_ring_s = limits.partition("^")
        caller.variables |= {"DIALSTATUS": "", "RINGTIME_MS": ""}
        caller.where = "music" if "m(" in data else "ringing"
        legs = [self._new_leg(caller, device) for device in devices.split("&")]
        dead = all(leg.phone.dead for leg in legs)
        status, cause = await self._rung(caller, legs, float(no_ring_s if dead and no_ring_s else ring_s), dead=dead)
        caller.variables |= {"DIALSTATUS": status, "RINGTIME_MS": "" if dead else "3"}
        caller.variables["HANGUPCAUSE"] = str(cause or caller.variables.get("HANGUPCAUSE", 0))
        for leg in legs:
            if status != "ANSWER" or not leg.answered.is_set():
                self._ends(leg)
        if status == "ANSWER":
            await self._talks(caller, next(leg for leg in legs if leg.answered.is_set()))
        caller.where = "silence"
        return -1 if caller.gone.is_set() else 0

    def _new_leg(self, caller: Caller, device: str) -> Leg:
        phone = self.phone(device)
        number = next(self._numbers)
        leg = Leg(f"zhida-9.{number}", f"{device}-{number}", phone)
        phone.leg = self.legs[leg.uniqueid] = leg
        phone.rung.append(caller.uniqueid)
        self.says("DialBegin", Uniqueid=caller.uniqueid, DestUniqueid=leg.uniqueid)
        self.says("DeviceStateChange", Device=device, State="RINGING")
        loop = asyncio.get_running_loop()
        if phone.answers_after_s is not None:
            loop.call_later(phone.answers_after_s, leg.answered.set)
        if phone.declines_after_s is not None:
            loop.call_later(phone.declines_after_s, leg.hang_up, 21)
        return leg

    async def _rung(self, caller: Caller, legs: list[Leg], within_s: float, *, dead: bool) -> tuple[str, int]:
        answers = [self._task(leg.answered.wait()) for leg in legs]
        ends = self._task(_all(leg.ended for leg in legs))
        gone = self._task(caller.gone.wait())
        await asyncio.wait({*answers, ends, gone}, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        if any(leg.answered.is_set() for leg in legs):
            return ANSWER
        if gone.done():
            return "CANCEL", 0
        if ends.done():
            cause = legs[-1].cause
            return {16: NO_ANSWER, 17: BUSY, 21: DECLINED}[cause]
        return UNAVAILABLE if dead else NO_ANSWER

    async def _talks(self, caller: Caller, leg: Leg) -> None:
        caller.up = True
        caller.where = leg.phone.device.removeprefix("PJSIP/")
        self.says("DeviceStateChange", Device=leg.phone.device, State="INUSE")
        self.says(
            "DialEnd", Uniqueid=caller.uniqueid, DestUniqueid=leg.uniqueid, DestChannel=leg.channel, DialStatus="ANSWER"
        )
        over = {self._task(caller.gone.wait()), self._task(leg.ended.wait()), self._task(leg.moved.wait())}
        await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        if not leg.moved.is_set():
            self._ends(leg)

    def _ends(self, leg: Leg) -> None:
        leg.hang_up(16)
        if leg.phone.leg is leg:
            leg.phone.leg = None
            self.says("DeviceStateChange", Device=leg.phone.device, State=self.state(leg.phone.device))
        self.says("Hangup", Uniqueid=leg.uniqueid, Cause=str(leg.cause))
        self.legs.pop(leg.uniqueid, None)

    # ── RECORD FILE ──

    async def records(self, caller: Caller, name: str, *, longest_s: float, silence_s: float) -> Recorded:
        """It goes on whatever becomes of the engine; what is written until then is on the disk."""
        caller.where = "recorded"
        if self.tapes.unwritable:
            return Recorded(keys="failed")
        seconds, then = caller.says.pop(0) if caller.says else (0.0, "")
        self.tapes.sound_s[name] = 0.0
        speaks_s = min(seconds, longest_s) if then != "on" else longest_s
        gone = self._task(caller.gone.wait())
        spoken = 0.0
        while spoken < speaks_s and not gone.done():
            await asyncio.sleep(0.1)
            spoken = round(spoken + 0.1, 1)
            if not self.tapes.full:
                self.tapes.sound_s[name] = spoken
        if then == "hang up":
            caller.hang_up()
        if not then:
            await asyncio.wait({gone}, timeout=silence_s)
        caller.where = "silence"
        return Recorded(gone=caller.gone.is_set(), keys="#" if then == "#" else "")

    # ── the room ──

    async def conference(self, caller: Caller, room: str) -> int:
        """ConfBridge() on the caller's channel."""
        if self.broken_rooms:
            return 0
        caller.where = f"room {room}"
        caller.out.clear()
        self._joins(room, caller.uniqueid, caller.out.set)
        over = {self._task(caller.gone.wait()), self._task(caller.out.wait())}
        await asyncio.wait(over, return_when=asyncio.FIRST_COMPLETED)
        self._leaves(room, caller.uniqueid)
        caller.where = "silence"
        return -1 if caller.gone.is_set() else 0

    def joins(self, leg: Leg, room: str) -> None:
        """A leg comes into the room, until it hangs up."""
        self._joins(room, leg.uniqueid, lambda: leg.hang_up(16))

        async def until_over() -> None:
            await leg.ended.wait()
            self._leaves(room, leg.uniqueid)
            self._ends(leg)

        self._task(until_over())

    def rings_outside(self, attempt: Attempt, room: str) -> None:
        """Originate to [zhida-specialist]: who answers presses the key a second later."""
        self._rings_into(f"PJSIP/{attempt.number}@zhida-outside", attempt.attempt_id, room, attempt.ring_s, accepts_s=1)

    def rings_target(self, transfer: Transfer, room: str) -> None:
        """Originate to [zhida-room], target: who answers is in the room."""
        self._rings_into(transfer.device, transfer.transfer_id, room, transfer.ring_s, accepts_s=0)

    def _rings_into(self, device: str, uniqueid: str, room: str, ring_s: float, *, accepts_s: float) -> None:
        """Nobody comes into the room of a caller who has gone."""
        phone = self.phone(device)
        leg = phone.leg = self.legs[uniqueid] = Leg(uniqueid, f"{phone.device}-s", phone)
        phone.rung.append(room)
        self.says("DeviceStateChange", Device=device, State="RINGING")

        async def until_in_room() -> None:
            over = {self._task(leg.answered.wait()), self._task(leg.ended.wait())}
            await asyncio.wait(over, timeout=ring_s, return_when=asyncio.FIRST_COMPLETED)
            if not leg.answered.is_set() or leg.ended.is_set():
                leg.hang_up(19)
                self._ends(leg)
                return
            self.says("Newstate", Uniqueid=leg.uniqueid, ChannelState="6", Channel=leg.channel)
            self.says("DeviceStateChange", Device=device, State="INUSE")
            await asyncio.sleep(accepts_s)
            if leg.ended.is_set() or self.callers[room].gone.is_set():
                self._ends(leg)
            else:
                self.joins(leg, room)

        if phone.answers_after_s is not None:
            asyncio.get_running_loop().call_later(phone.answers_after_s, leg.answered.set)
        self._task(until_in_room())

    def _joins(self, room: str, leg: str, out: Callable[[], None]) -> None:
        self.room[leg] = out
        self.says("ConfbridgeJoin", Conference=room, Uniqueid=leg)

    def _leaves(self, room: str, leg: str) -> None:
        if self.room.pop(leg, None) is not None:
            self.says("ConfbridgeLeave", Conference=room, Uniqueid=leg)

    def _task(self, work: Awaitable[object]) -> "asyncio.Future[object]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def closes(self) -> None:
        for task in list(self._tasks):
            task.cancel()


async def _all(events: Iterable[asyncio.Event]) -> None:
    for event in events:
        await event.wait()
