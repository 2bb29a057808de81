"""A call that a phone keys something in during: its leg, what Asterisk is asked, and the log of acts. No Asterisk, no Redis."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from structlog.testing import capture_logs

from calls.errors import LegGone, PbxFault, Refused, StoreFault
from calls.events import Act
from conference.desk import ConferenceDesk, PhoneToRing
from conference.errand import Attempt, AttemptState, Errand
from conference.targets import Found
from conference.transfer import TransferTarget
from engine.acts import KeyedActs
from engine.call_keys import CallKeyRoad
from engine.steering import Doing, ShortNumbers, Steering
from engine.watcher import SeatPhones
from ivr.call_keys import KeyAct, KeyMap
from routing.waiting import CallState, LiveCall
from seats.seat import SeatDefinition
from tests.unit.conference.stage import CALL, SEAT_LEG, OneClock, a_phone
from tests.unit.conference.stage import Room as CallsRoom

A = KeyAct
SEATS = KeyMap(
    codes={
        "2": (A.HOLD, A.RESUME),
        "3": (A.ASK,),
        "4": (A.JOIN, A.CONSULT),
        "5": (A.CANCEL,),
        "6": (A.TAKE_OUT,),
        "7": (A.MUTE, A.UNMUTE),
        "8": (A.TRANSFER,),
        "9": (A.ANNOUNCE,),
        "0": (A.HOTLINE,),
        "*9": (A.COMPLETE,),
        "*7": (A.PAUSE_RECORDING,),
        "*0": (A.LEAVE,),
        "*3": (A.TICKET,),
    }
)
SPECIALISTS = KeyMap(codes={"3": (A.HAND_ON,), "*0": (A.LEAVE,)})
ATTEMPT = f"spec-{CALL}-0"


class Line:
    """A leg that is out of its talk: what it keys in, and what it hears (pbx.line.AgiLine)."""

    def __init__(
        self, keys: str, *, leg: str = SEAT_LEG, channel: str = "PJSIP/8001-1", call: str = CALL, stays: bool = True, words: int = 0
    ) -> None:
        self.uniqueid, self.channel = leg, channel
        self.arrival = SimpleNamespace(call=call)
        self.heard: list[str] = []
        self.finished = False
        self.words = words
        """So many looks a word is still whispered to it."""
        self._keys = deque(keys)
        self._stays = stays

    async def key(self, within_s: float) -> str:
        return self._keys.popleft() if self._keys else ""

    async def play(self, prompt: str, keys: str = "") -> str:
        self.heard.append(prompt)
        if not self._stays:
            raise LegGone("leg_gone", "hung up")
        return self._keys.popleft() if self._keys and self._keys[0] in keys else ""

    async def is_told(self) -> bool:
        self.words = max(0, self.words - 1)
        return self.words > 0

    async def finish(self) -> None:
        self.finished = True


class Legs:
    """What is asked of Asterisk (conference.legs.Legs)."""

    def __init__(self) -> None:
        self.moved: list[str] = []
        self.hung_up: list[str] = []
        self.muted: list[tuple[str, bool]] = []
        self.fault = False

    async def into_room(self, room: str, channel: str) -> None:
        if self.fault:
            raise PbxFault("ami_down", "no link")
        self.moved.append(channel)

    async def out_of_room(self, room: str, channel: str) -> None:
        self.moved.append(channel)

    async def hang_up(self, leg: str) -> None:
        self.hung_up.append(leg)

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        self.muted.append((leg, muted))


class Hunt:
    """Two specialists of the tax bureau (engine.steering.Specialists)."""

    def __init__(self, desk: ConferenceDesk) -> None:
        self._desk = desk

    async def ask(self, call_id: str, department: str) -> Doing:
        phones = self._of(department)
        return lambda: self._desk.ask(call_id, phones)

    async def hand_on(self, call_id: str, leg: str, department: str) -> Doing:
        own = {ATTEMPT: "s-甲"}[leg]
        phones = [phone for phone in self._of(department or "税务") if phone.specialist_id != own]
        return lambda: self._desk.hand_on(call_id, leg, phones)

    def _of(self, department: str) -> list[PhoneToRing]:
        if department != "税务":
            raise Refused("department_unknown", f"No department is named {department}.")
        return [a_phone(name="甲"), a_phone("051586660002", name="乙")]


class Targets:
    """Seat 8002 and a number can be handed callers on to (conference.targets.Targets)."""

    def __init__(self) -> None:
        self.asked: list[TransferTarget] = []

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        self.asked.append(to)
        if to.value == "8003":
            raise Refused("seat_not_free", "Seat 8003 is paused.")
        return [Found(kind=to.kind, value=to.value, name=to.value, device="PJSIP/x", ring_s=20)]


class Book:
    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.away = False

    async def note(self, act: Act) -> None:
        if self.away:
            raise StoreFault("redis_away", "away")
        self.acts.append(act)


class Stage:
    """One call of seat 8001's, in the state that is wanted."""

    def __init__(self, state: CallState = CallState.TALKING, *, agent: str = "", specialist: AttemptState | None = None) -> None:
        self.room = CallsRoom()
        assert self.room.live is not None
        self.room.live = replace(self.room.live, state=state, room=CALL if state is not CallState.TALKING else "")
        self.legs, self.book = Legs(), Book()
        self.targets = Targets()
        desk = ConferenceDesk(waiting=self.room, legs=self.legs, clock=OneClock(), targets=self.targets)  # type: ignore[arg-type]
        self.steering = Steering(desk, Hunt(desk), self.targets)
        self.steering.short = ShortNumbers(
            departments={"1": "税务", "9": "不存在"},
            groups={"71": "qilai"},
            hotlines={"1": "12366"},
            seats=frozenset({"8001", "8002", "8003"}),
        )
        phones = SeatPhones(SimpleNamespace(), ready_when_registered=False, reported=lambda _: True)  # type: ignore[arg-type]
        phones.define([SeatDefinition(seat_id=seat, devices=(f"PJSIP/{seat}",), groups=()) for seat in ("8001", "8002")])
        seats = SimpleNamespace(seat=_always(SimpleNamespace(agent=agent)))
        self.road = CallKeyRoad(self.steering, self.room, phones, KeyedActs(self.book, seats, OneClock()))  # type: ignore[arg-type]
        self.road.seats, self.road.specialists = SEATS, SPECIALISTS
        if specialist is not None:
            attempt = _attempt(specialist)
            self.room.live = replace(self.room.live, errand=Errand(attempts=(attempt,)).to_json())

    async def keys(self, pressed: str, **line: Any) -> Line:  # noqa: ANN401  what a line is made of
        phone = Line(pressed, **line)
        with capture_logs():
            await self.road.take(phone)  # type: ignore[arg-type]
        return phone

    @property
    def state(self) -> CallState:
        assert self.room.live is not None
        return self.room.live.state

    def noted(self) -> list[tuple[str, str, str]]:
        return [(act.what, act.who, act.came_of) for act in self.book.acts]


def _always(value: object) -> Callable[[str], Awaitable[object]]:
    async def answer(_: str) -> object:
        return value

    return answer


def _attempt(state: AttemptState) -> Attempt:
    phone = a_phone(name="甲")
    return Attempt(
        attempt_id=ATTEMPT,
        specialist_id=phone.specialist_id,
        name=phone.name,
        department=phone.department,
        phone=phone.phone,
        number=phone.number,
        ring_s=20,
        state=state,
    )
