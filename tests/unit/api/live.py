"""Live state in memory, as the API asks for it: calls, seats, and legs on an Asterisk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from calls.errors import Conflict, NotFound, PbxFault, Refused, StoreFault
from calls.events import Event
from conference.targets import Found
from conference.transfer import TargetKind, TransferTarget
from routing.expected import Line, Outlook, Pace, Serving
from routing.waiting import CallState, LiveCall, Rung
from seats.agents import Agent
from seats.seat import Phone, Seat
from seats.state import DEFERRED, SeatEvent, SeatState, advance

Given = Any  # a field's value

AGENTS = {
    "101": Agent(agent_id="101", name="话务员甲", pin="1101"),
    "102": Agent(agent_id="102", name="话务员乙", skills={"tax": 3}),
}
NOW = datetime(2025, 9, 30, 9, 0, tzinfo=UTC)
CALL = "zhida-1759222800.17"


class Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def a_live_call(call_id: str = CALL, *, minutes_ago: float = 1, state: CallState = CallState.TALKING, **fields: Given) -> LiveCall:
    arrived = NOW - timedelta(minutes=minutes_ago)
    seat: dict[str, Any] = (
        {"seat_id": "8001", "seat_leg": "zhida-1.1", "seat_channel": "PJSIP/8001-1", "answered": arrived + timedelta(seconds=5)}
        if state not in (CallState.IVR, CallState.WAITING)
        else {}
    )
    given: dict[str, Any] = {
        "engine": "yancheng-1-1",
        "caller_class": "key_enterprise",
        "number": "0515-88880001",
        "name": "示例机械有限公司 四星级",
        "enterprise": "示例机械有限公司",
        "channel": "PJSIP/carrier-1",
        "rank_ms": 1,
        "queued": arrived,
        "ladder": (Rung(group="priority", after_s=0), Rung(group="qilai", after_s=8)),
        "opened": 1,
        **seat,
        **fields,
    }
    return LiveCall(call_id=call_id, state=state, arrived=arrived, **given)


def a_seat(seat_id: str = "8001", state: SeatState = SeatState.READY, **fields: Given) -> Seat:
    given: dict[str, Any] = {"phone": Phone.IDLE, "groups": ("priority",), "skills": {}, "agent": "", **fields}
    return Seat(seat_id=seat_id, state=state, since=NOW, why="signed in", devices=(f"PJSIP/{seat_id}",), **given)


class Redis:
    """What is away when Redis is."""

    def __init__(self) -> None:
        self.away = False

    def ask(self) -> None:
        if self.away:
            raise StoreFault("redis_away", "Redis at unix:///run/redis.sock does not answer.")


class LiveCalls:
    """The waiting room's part that the API needs (routing.waiting.WaitingRoom)."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.held: dict[str, LiveCall] = {}
        self.facts: list[Event] = []

    def add(self, call: LiveCall) -> LiveCall:
        self.held[call.call_id] = call
        return call

    async def call(self, call_id: str) -> LiveCall | None:
        self.redis.ask()
        return self.held.get(call_id)

    async def calls(self) -> list[LiveCall]:
        self.redis.ask()
        return sorted(self.held.values(), key=lambda call: call.rank_ms)

    async def record(self, facts: Sequence[Event]) -> None:
        self.redis.ask()
        self.facts += facts

    async def place(self, call_id: str) -> int | None:
        return 2 if self.held[call_id].state is CallState.WAITING else None

    async def outlooks(self, call_ids: Sequence[str]) -> dict[str, Outlook]:
        """Two seats take a minute for each call, and two callers are before each of these."""
        self.redis.ask()
        priority = frozenset({"priority"})
        return {
            call_id: Outlook(
                open=priority,
                serving={"priority": Serving(all=2, able=2)},
                crews={priority: 2},
                lines=(Line(open=priority, before=2),),
                pace=Pace(service={}, typical_s=60),
                offered=self.held[call_id].state is CallState.OFFERED,
            )
            for call_id in call_ids
        }

    async def change(
        self,
        call_id: str,
        *,
        expect: CallState,
        state: CallState,
        facts: Sequence[Event] = (),
        room: str | None = None,
        errand: str | None = None,
        expect_errand: str | None = None,
        recording: str | None = None,
        inside: str | None = None,
        expect_inside: str | None = None,
    ) -> bool:
        live = self.held.get(call_id)
        if live is None or live.state is not expect or (expect_errand is not None and live.errand != expect_errand):
            return False
        if expect_inside is not None and live.inside != expect_inside:
            return False
        given = {"room": room, "errand": errand, "recording": recording, "inside": inside}
        self.held[call_id] = replace(live, state=state, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
        self.facts += facts
        return True

    async def seat_left(self, call_id: str, seat_id: str) -> None:
        self.held[call_id] = replace(self.held[call_id], seat_id="", seat_leg="", seat_channel="")


class Targets:
    """conference.targets.Targets: hotlines, groups and numbers, all of them."""

    async def find(self, call: LiveCall, to: TransferTarget, *, announced: bool) -> list[Found]:
        if to.kind is TargetKind.SEAT:
            raise Refused("seat_unknown", f"There is no seat {to.value}.")
        return [Found(kind=to.kind, value=to.value, name=to.value, device="PJSIP/12366@zhida-outside")]


class Seats:
    """routing.seat_board.SeatBoard, by the seats' own table."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.held: dict[str, Seat] = {}
        self.asked: list[tuple[str, str, str, str]] = []

    def add(self, *seats: Seat) -> None:
        self.held |= {seat.seat_id: seat for seat in seats}

    async def seat(self, seat_id: str) -> Seat | None:
        self.redis.ask()
        return self.held.get(seat_id)

    async def seats(self) -> list[Seat]:
        self.redis.ask()
        return list(self.held.values())

    async def ask(self, seat_id: str, event: SeatEvent, *, why: str, by: str) -> Seat:
        self.redis.ask()
        if seat_id not in self.held:
            raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
        self.asked.append((seat_id, event, why, by))
        seat = self.held[seat_id]
        if seat.state in (SeatState.RESERVED, SeatState.TALKING):
            self.held[seat_id] = replace(seat, wish=DEFERRED[event], wish_why=why)
        else:
            self.held[seat_id] = replace(seat, state=advance(seat.state, event), why=why)
        return self.held[seat_id]

    async def sign_in(self, seat_id: str, agent: Agent, event: SeatEvent, *, by: str) -> Seat:
        self.redis.ask()
        if seat_id not in self.held:
            raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
        for other in self.held.values():
            if other.agent == agent.agent_id and other.seat_id != seat_id:
                self.held[other.seat_id] = replace(other, agent="", agent_name="", state=SeatState.LOGGED_OUT)
        self.held[seat_id] = replace(self.held[seat_id], agent=agent.agent_id, agent_name=agent.name)
        return await self.ask(seat_id, event, why=f"agent {agent.agent_id} signed in", by=by)

    async def wrapped_up(self, seat_id: str, *, call_id: str = "", why: str = "the ticket is saved", by: str = "") -> Seat:
        return self._in_wrap_up(seat_id, state=SeatState.READY, call_id="", wrap_up_until=None, why=why)

    async def extend(self, seat_id: str, more_s: float, *, by: str) -> Seat:
        return self._in_wrap_up(seat_id, wrap_up_until=NOW + timedelta(seconds=more_s))

    def _in_wrap_up(self, seat_id: str, **changes: Given) -> Seat:
        self.redis.ask()
        if seat_id not in self.held:
            raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
        if (state := self.held[seat_id].state) is not SeatState.WRAP_UP:
            raise Conflict("seat_event_illegal", f"Seat {seat_id} is {state}.", state=state)
        self.held[seat_id] = replace(self.held[seat_id], **changes)
        return self.held[seat_id]


class Exchange:
    """conference.legs.Legs."""

    def __init__(self) -> None:
        self.away = False
        self.done: list[tuple[str, ...]] = []

    async def into_room(self, room: str, channel: str) -> None:
        self._do("into_room", channel)

    async def say_to_all(self, legs: Sequence[str], prompts: Sequence[str]) -> None:
        for leg in legs:
            await self.say_to(leg, prompts)

    async def say_to(self, leg: str, prompts: Sequence[str]) -> None:
        self._do("say_to", leg, *prompts)

    async def hang_up(self, leg: str) -> None:
        self._do("hang_up", leg)

    async def out_of_room(self, room: str, channel: str) -> None:
        self._do("out_of_room", channel)

    async def mute_recording(self, channel: str, *, muted: bool) -> None:
        self._do("muted" if muted else "unmuted", channel)

    async def mute(self, room: str, leg: str, *, muted: bool) -> None:
        self._do("mute" if muted else "unmute", leg)

    def _do(self, *what: str) -> None:
        if self.away:
            raise PbxFault("ami_down", "Asterisk at 127.0.0.1:5038 is not connected.")
        self.done.append(what)
