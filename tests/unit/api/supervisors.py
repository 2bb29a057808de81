"""What the API asks of supervision, of the dispatcher and of the log of acts, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from calls.errors import Conflict, LegGone, NotFound, PbxFault, Refused, StoreFault
from calls.events import Act, Event
from conference.supervision import Supervision
from routing.dispatching import How, WayOut
from routing.waiting import CallState
from seats.seat import Seat
from seats.state import SeatEvent, advance
from tests.unit.api.lists import cut
from tests.unit.api.live import LiveCalls, Redis, Seats
from tickets.acts import WantedActs
from tickets.records import Page


class Book:
    """conference.supervision.SupervisionBook."""

    def __init__(self, waiting: LiveCalls) -> None:
        self.waiting = waiting
        self.held: dict[str, str] = {}

    async def supervision(self, call_id: str) -> str:
        return self.held.get(call_id, "")

    async def supervisions(self) -> Mapping[str, str]:
        return {call_id: text for call_id, text in self.held.items() if text}

    async def supervise(self, call_id: str, *, was: str, now: str, facts: Sequence[Event] = ()) -> bool:
        live = self.waiting.held.get(call_id)
        if self.held.get(call_id, "") != was or (now and (live is None or live.state is CallState.WAITING)):
            return False
        self.held[call_id] = now
        self.waiting.facts += facts
        return True


class SupervisorPhones:
    """conference.supervision's SupervisorPhones and SupervisorLegs: 8010 and 8091 are there, 8011 is in use, 8012 is off."""

    def __init__(self) -> None:
        self.away = False
        self.gone = False
        self.done: list[tuple[str, ...]] = []

    async def device(self, phone: str, call_id: str) -> str:
        if phone in ("8011", "8012"):
            code = "phone_in_use" if phone == "8011" else "phone_not_registered"
            raise Conflict(code, f"Phone {phone} cannot be rung.", phone=phone)
        if phone not in ("8010", "8091"):
            raise Refused("phone_unknown", f"{phone} is no phone of a supervisor.", phone=phone)
        return f"PJSIP/{phone}"

    async def ring(self, supervision: Supervision, device: str) -> None:
        self._do("ring", device, supervision.spied)

    async def turn(self, supervision: Supervision) -> None:
        if self.gone:
            raise LegGone("leg_gone", "That leg is gone.")
        self._do("turn", supervision.mode, supervision.spied)

    async def hang_up(self, leg: str) -> None:
        self._do("hang_up")

    def _do(self, *what: str) -> None:
        if self.away:
            raise PbxFault("ami_down", "Asterisk is not connected.")
        self.done.append(what)


class Dispatcher:
    """routing.dispatching.Dispatch, without a waiting room's rules: what was asked stands in `done`."""

    def __init__(self, waiting: LiveCalls, seats: Seats) -> None:
        self.waiting = waiting
        self.seats = seats
        self.done: list[tuple[str, ...]] = []

    async def move(self, call_id: str, how: How, to: str, facts: Sequence[Event]) -> None:
        self._must_wait(call_id)
        self.done.append((call_id, how, to))
        self.waiting.facts += facts

    async def send_away(self, call_id: str, way: WayOut, facts: Sequence[Event]) -> None:
        self._must_wait(call_id)
        self.done.append((call_id, way.number, way.message))
        self.waiting.facts += facts

    async def force(self, seat_id: str, event: SeatEvent, *, why: str) -> Seat:
        if seat_id not in self.seats.held:
            raise NotFound("seat_unknown", f"There is no seat {seat_id}.", seat_id=seat_id)
        seat = self.seats.held[seat_id]
        self.done.append((seat_id, event, why))
        if seat.state not in ("reserved", "talking"):
            self.seats.held[seat_id] = replace(seat, state=advance(seat.state, event), why=why)
        return self.seats.held[seat_id]

    def _must_wait(self, call_id: str) -> None:
        live = self.waiting.held.get(call_id)
        if live is None:
            raise NotFound("call_not_live", f"There is no live call {call_id}.", call_id=call_id)
        if live.state is not CallState.WAITING:
            raise Conflict("call_not_waiting", f"Call {call_id} is {live.state}.", state=live.state)


class ActLog:
    """api.sources.Acts and tickets.acts.ActLog."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.held: list[Act] = []
        self.away = False

    async def note(self, act: Act) -> None:
        if self.redis.away and self.away:
            raise StoreFault("sql_away", "The database does not answer.")
        self.held.append(act)

    add = note

    async def acts(self, wanted: WantedActs, *, cursor: str | None = None, limit: int = 50) -> Page[Act]:
        if self.away:
            raise StoreFault("sql_away", "The database does not answer.")
        undone = {act.act_id for act in self.held if act.came_of}
        found = [
            act
            for act in self.held
            if (wanted.undone or act.act_id not in undone)
            and wanted.who in (None, act.who, act.person)
            and wanted.what in (None, act.what)
            and (wanted.subject is None or f"{act.subject}/".startswith(f"{wanted.subject}/"))
        ]
        return cut(found, lambda act: (-act.at.timestamp(), act.act_id), cursor, limit)


