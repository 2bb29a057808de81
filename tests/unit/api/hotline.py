"""A hotline in memory: everything that the API asks of the rest of Zhida, by hand. No Redis, no SQL, no Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from prometheus_client import CollectorRegistry

from api.sources import (
    Changed,
    HandingOn,
    Happening,
    Known,
    OtherHotline,
    PageRules,
    PartHealth,
    ReloadReport,
    SoundToHear,
    Sources,
)
from calls.calendar import Calendar
from calls.errors import Conflict, Gone, NotFound, PbxFault, Refused, StoreFault
from calls.events import Event
from calls.hours import Hours
from conference.asking import AskingRules, SpecialistDesk
from conference.desk import ConferenceDesk
from conference.leaving import DepartmentTickets
from conference.recording import RecordingDesk
from conference.supervising import SupervisionDesk
from conference.targets import Found
from conference.transfer import TargetKind, TransferTarget
from engine.shifts import ShiftRules, ShiftWatch
from engine.wishes import WishDesk
from routing.expected import Line, Outlook, Pace, Serving
from routing.explain import Asked, Background, Explanation, explain
from routing.waiting import CallState, LiveCall, Rung
from seats.agents import Agent, Agents
from seats.desk import SeatDesk
from seats.seat import Phone, Seat
from seats.shifts import Duty
from seats.shifts import Roster as ShiftRoster
from seats.state import DEFERRED, SeatEvent, SeatState, advance
from tests.unit.api.lists import Availability, Enterprises, Roster, cut
from tests.unit.api.supervisors import ActLog, Book, Dispatcher, SupervisorPhones
from tests.unit.conference.pauses import HeldPauses
from tests.unit.routing.callers import RULES, caller
from tests.unit.tickets.linking import Linking
from tickets.callbacks import CallbackTask, WantedTasks, claimed, closed_by_hand, missed_again, missed_of, opened
from tickets.deadline import Deadline, Lane, StopOn
from tickets.fold import fold
from tickets.manifests import Consult, Hold, Manifest, Removal, SoundFile, Window, consult_name
from tickets.record import CallRecord
from tickets.records import Page, Wanted
from tickets.ticket import Ticket, TicketPatch, Written, ticket_number, write

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
    """routing.waiting.SeatBoard, by the seats' own table."""

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


class Callbacks:
    """tickets.callbacks.CallbackList, and who places them (api.sources.CallingBack)."""

    def __init__(self) -> None:
        self.held: dict[str, CallbackTask] = {}
        self.placed: list[tuple[str, str, str]] = []
        self.withdrawn: list[str] = []

    def tell(self, record: CallRecord) -> None:
        missed = missed_of(record)
        if missed is None:
            return
        task = next((task for task in self.held.values() if record.number and task.number == record.number and not task.closed), None)
        self.held[task.task_id if task else record.call_id] = missed_again(task, record, missed) if task else opened(record, missed)

    async def tasks(self, wanted: WantedTasks, *, cursor: str | None = None, limit: int = 50) -> Page[CallbackTask]:
        found = [
            task
            for task in self.held.values()
            if (wanted.open is None or wanted.open == (task.closed is None)) and wanted.callable in (None, task.callable)
        ]
        return cut(found, lambda task: (task.precedence, task.arrived.timestamp(), task.task_id), cursor, limit)

    async def task(self, task_id: str) -> CallbackTask:
        if task_id not in self.held:
            raise NotFound("callback_unknown", f"There is no call-back {task_id}.", task_id=task_id)
        return self.held[task_id]

    async def open_of(self, numbers: Iterable[str]) -> list[CallbackTask]:
        wanted = set(numbers)
        return [task for task in self.held.values() if task.closed is None and task.number in wanted]

    async def close(self, task_id: str, *, why: str, by: str, note: str, at: datetime) -> CallbackTask:
        self.held[task_id] = closed_by_hand(await self.task(task_id), why=why, by=by, note=note, at=at)
        return self.held[task_id]

    async def claim(self, task_id: str, *, by: str, at: datetime) -> CallbackTask:
        self.held[task_id] = claimed(await self.task(task_id), by=by, at=at)
        return self.held[task_id]

    async def call(self, task: CallbackTask, seat_id: str, by: str) -> str:
        if self.placed:
            raise Conflict("callback_under_way", "The caller is being called back already.")
        self.placed.append((task.task_id, seat_id, by))
        return "zhida-back-1.1"

    async def withdraw(self, number: str) -> None:
        self.withdrawn.append(number)


class Records:
    """tickets.records.Records."""

    def __init__(self) -> None:
        self.away = False
        self.held: dict[str, CallRecord] = {}
        self.tickets_held: dict[str, Ticket] = {}
        self.callbacks = Callbacks()

    def add(self, *events: Event) -> CallRecord:
        record = fold(events)
        self.held[record.call_id] = record
        self.callbacks.tell(record)
        return record

    def add_ticket(self, record: CallRecord, **written: Given) -> Ticket:
        number = ticket_number(record.received.date(), len(self.tickets_held) + 1)
        self.tickets_held[number] = Ticket(
            number=number, version=0, created=NOW, record=record, written=Written(**written), deadline=a_deadline(record.received)
        )
        return self.tickets_held[number]

    async def calls(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[CallRecord]:
        self._ask()
        found = [record for record in self.held.values() if _fits(record, wanted) and wanted.status in (None, record.end_reason)]
        return cut(found, _latest, cursor, limit)

    async def call(self, call_id: str) -> CallRecord:
        self._ask()
        if call_id not in self.held:
            raise NotFound("call_unknown", f"There is no record of a call {call_id}", call_id=call_id)
        return self.held[call_id]

    async def tickets(self, wanted: Wanted, *, cursor: str | None = None, limit: int = 50) -> Page[Ticket]:
        self._ask()
        found = [
            ticket
            for ticket in self.tickets_held.values()
            if _fits(ticket.record, wanted)
            and wanted.status in (None, ticket.written.status)
            and wanted.type in (None, ticket.written.type)
            and (wanted.tag is None or wanted.tag in ticket.tags)
        ]
        return cut(found, lambda ticket: _latest(ticket.record), cursor, limit)

    async def ticket(self, number: str) -> Ticket:
        self._ask()
        if number not in self.tickets_held:
            raise NotFound("ticket_unknown", f"There is no ticket {number}", number=number)
        return self.tickets_held[number]

    async def patch_ticket(self, number: str, patch: TicketPatch, *, expect: int | None, by: str, at: datetime) -> Ticket:
        ticket = await self.ticket(number)
        if expect is not None and ticket.version != expect:
            raise Conflict("ticket_changed", f"Ticket {number} was changed meanwhile; look at it again", version=ticket.version)
        written = write(ticket.written, patch)
        self.tickets_held[number] = replace(ticket, written=written, version=ticket.version + 1, updated=at, updated_by=by)
        return self.tickets_held[number]

    async def tickets_of(self, call_ids: Sequence[str]) -> Mapping[str, str]:
        self._ask()
        return {ticket.record.call_id: number for number, ticket in self.tickets_held.items() if ticket.record.call_id in call_ids}

    def _ask(self) -> None:
        if self.away:
            raise StoreFault("sql_away", "The database does not answer.")


def _fits(record: CallRecord, wanted: Wanted) -> bool:
    return (
        wanted.caller_class in (None, record.caller_class)
        and wanted.seat_id in (None, record.seat_id)
        and (wanted.enterprise is None or wanted.enterprise in record.enterprise)
        and (wanted.number_suffix is None or record.number.endswith(wanted.number_suffix))
        and (wanted.since is None or record.received >= wanted.since)
        and (wanted.until is None or record.received < wanted.until)
    )


def _latest(record: CallRecord) -> tuple[float, str]:
    return -record.received.timestamp(), record.call_id


def a_deadline(received: datetime) -> Deadline:
    return Deadline(
        due=received + timedelta(days=5),
        within="5 个工作日",
        source="《盐城市12345热线企业诉求直达工作方案》第三条",
        stop_on=StopOn.CLOSED,
        provisional=True,
        problem="",
        lane=Lane.ENTERPRISE,
        type=None,
        received=received,
        rules="js/yancheng 2026-11-20",
    )


class Memory:
    """api.sources.KnownRequests."""

    def __init__(self) -> None:
        self.held: dict[str, Known] = {}
        self.forgets_answers = False

    async def claim(self, key: str, fingerprint: str, *, ttl_s: float) -> Known | None:
        if key in self.held:
            return self.held[key]
        self.held[key] = Known(fingerprint)
        return None

    async def remember(self, key: str, known: Known, *, ttl_s: float) -> None:
        if self.forgets_answers:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.held[key] = known

    async def forget(self, key: str) -> None:
        del self.held[key]


class Recordings:
    """api.sources.KeptRecordings."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self.manifests: dict[str, Manifest] = {}
        self.breaks_off_at: int | None = None
        self.served: set[tuple[str, str]] = set()

    def keeps(self, call_id: str, sound: bytes, *, removed: Removal | None = None) -> Manifest:
        file = SoundFile(name=f"{call_id}.wav", sha256=sha256(sound).hexdigest(), size=len(sound), rate_hz=8000, length_s=1.0)
        self.held[call_id] = sound
        self.manifests[call_id] = Manifest(call_id=call_id, files=(file,), recorded=NOW, finished=NOW, removed=removed)
        return self.manifests[call_id]

    def keep_consult(self, call_id: str, consult: str, sound: bytes) -> None:
        """Beside what was recorded of the call."""
        window = Window(since=NOW, until=NOW + timedelta(seconds=30))
        about = Consult(consult_id=consult, specialist_id="s-1", name="陈示例", department="税务局", windows=(window,))
        name = consult_name(call_id, consult)
        self.keeps(name, sound)
        self.manifests[name] = replace(self.manifests[name], call_id=call_id, consult=about)

    async def consults(self, call_id: str) -> Sequence[Manifest]:
        return [manifest for manifest in self.manifests.values() if manifest.call_id == call_id and manifest.consult is not None]

    async def consult_sound(self, call_id: str, consult: str) -> SoundToHear:
        return await self.sound(consult_name(call_id, consult))

    async def served_by(self, call_id: str, agent: str) -> bool:
        return (call_id, agent) in self.served

    async def keep(self, call_id: str, hold: Hold | None) -> Manifest:
        self.manifests[call_id] = replace(await self.manifest(call_id), held=hold)
        return self.manifests[call_id]

    async def manifest(self, call_id: str) -> Manifest:
        if call_id not in self.manifests:
            raise NotFound("recording_none", f"Call {call_id} was not recorded.", call_id=call_id)
        return self.manifests[call_id]

    async def sound(self, call_id: str) -> SoundToHear:
        manifest = await self.manifest(call_id)
        if manifest.removed is not None:
            raise Gone("recording_removed", f"The recording of call {call_id} was removed: {manifest.removed.why}", call_id=call_id)
        held = self.held[call_id]

        async def stream(start: int, size: int) -> AsyncIterator[bytes]:
            for place in range(start, start + size, 100):
                if self.breaks_off_at is not None and place >= self.breaks_off_at:
                    raise StoreFault("s3_away", "The storage does not answer.")
                yield held[place : min(place + 100, start + size)]

        return SoundToHear(size=len(held), sha256=manifest.files[0].sha256, stream=stream)


class Happenings:
    """api.sources.Happenings: what is put in comes out; None breaks it off as a fault of Redis does."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Happening | None] = asyncio.Queue()

    async def __call__(self) -> AsyncIterator[Happening]:
        while (happening := await self.queue.get()) is not None:
            yield happening
        raise StoreFault("redis_away", "Redis does not answer.")


def shift_rules() -> ShiftRules:
    """The priority seats: 8001 by day, 8002 and the agent li by night; nobody is configured for the others."""
    day, night = Hours(name="day", times=((480, 1200),)), Hours(name="night", times=((1200, 480),))
    duties = (Duty(seats=("8001",), hours=(day,)), Duty(seats=("8002",), agents=("li",), hours=(night,)))
    priority = ShiftRoster(group="priority", duties=duties)
    return ShiftRules(
        rosters={"priority": priority}, labels={"priority": "直达专席"}, calendar=Calendar(), warn_before_s=1800, grace_s=0
    )


class Hotline:
    """All of it together; `sources()` is what the API gets."""

    def __init__(self) -> None:
        self.redis = Redis()
        self.waiting = LiveCalls(self.redis)
        self.seats = Seats(self.redis)
        self.exchange = Exchange()
        self.records = Records()
        self.enterprises = Enterprises()
        self.roster = Roster()
        self.availability = Availability()
        self.recordings = Recordings()
        self.pauses = HeldPauses()
        self.memory = Memory()
        self.happenings = Happenings()
        self.parts = {name: PartHealth(ok=True, since=NOW) for name in ("redis", "asterisk", "sql", "recorder", "agi")}
        self.registry = CollectorRegistry()
        self.reloads: list[tuple[bool, str]] = []
        self.configuration_is_faulty = False
        self.shifts = ShiftWatch(shift_rules(), Clock())
        self.book = Book(self.waiting)
        self.supervisors = SupervisorPhones()
        self.dispatch = Dispatcher(self.waiting, self.seats)
        self.acts = ActLog(self.redis)
        self.linking = Linking(self.records.tickets_held)
        self.page = PageRules(hotline="盐城 12345", language="zh")

    def sources(self) -> Sources:
        conferences = ConferenceDesk(waiting=self.waiting, legs=self.exchange, clock=Clock(), targets=Targets())  # type: ignore[arg-type]
        specialists = SpecialistDesk(
            roster=self.roster,
            absences=self.availability,
            figures=self.availability,
            waiting=self.waiting,  # type: ignore[arg-type]
            conferences=conferences,
            rules=AskingRules,
            dial=dialled,
            clock=Clock(),
        )
        return Sources(
            clock=Clock(),
            waiting=self.waiting,  # type: ignore[arg-type]
            seats=self.seats,  # type: ignore[arg-type]
            desk=SeatDesk(self.seats, Agents(Clock(), AGENTS), pause_reasons={"1": "小休", "2": "用餐"}, extend_s=30),
            conferences=conferences,
            records=self.records,  # type: ignore[arg-type]
            callbacks=self.records.callbacks,
            calling_back=self.records.callbacks,
            enterprises=self.enterprises,
            roster=self.roster,
            explain=explained,
            health=self.health,
            shifts=self.shifts,
            happenings=self.happenings,
            known=self.memory,
            registry=self.registry,
            dial=dialled,
            area_code="0515",
            specialists=specialists,
            left_to=DepartmentTickets(waiting=self.waiting, legs=self.exchange, clock=Clock()),  # type: ignore[arg-type]
            wishes=WishDesk(
                wishes=self.availability,
                specialists=specialists,
                roster=self.roster,
                figures=self.availability,
                waiting=self.waiting,  # type: ignore[arg-type]
                legs=self.exchange,  # type: ignore[arg-type]
                clock=Clock(),
            ),
            figures=self.availability,
            absences=self.availability,
            reload=self.reload,
            supervisors=SupervisionDesk(
                waiting=self.waiting,  # type: ignore[arg-type]
                book=self.book,
                phones=self.supervisors,
                supervisors=self.supervisors,
                legs=self.exchange,  # type: ignore[arg-type]
                clock=Clock(),
            ),
            dispatch=self.dispatch,
            acts=self.acts,
            act_log=self.acts,
            message=lambda: "nobody-free",
            away_ring_s=lambda: 20,
            has_prompt={"nobody-free", "welcome"}.__contains__,
            links=self.linking.desk,
            page=lambda: self.page,
            recordings=self.recordings,
            recording_desk=RecordingDesk(
                waiting=self.waiting,  # type: ignore[arg-type]
                switch=self.exchange,
                pauses=self.pauses,
                clock=Clock(),
                longest_s=180,
            ),
            handing_on=lambda: HandingOn(numbers=("0515",), hotlines={"12366": OtherHotline(name="税务", number="12366", token="hotline")}),
        )

    async def reload(self, *, dry_run: bool, by: str) -> ReloadReport:
        self.reloads.append((dry_run, by))
        if self.configuration_is_faulty:
            raise Refused("config_faulty", "zhida.yaml:12: seats.ring_s: 'x' is not a number; write one such as 5 or 0.5")
        change = Changed(key="groups.priority.seats", place="zhida.yaml:9", old="8001-8002", new="8001-8003", at_once=True)
        return ReloadReport(changes=(change,), snippets={}, warnings=(), applied=not dry_run, engines=0 if dry_run else 2)

    async def health(self) -> Mapping[str, PartHealth]:
        return self.parts

    def talks(self, **fields: Given) -> LiveCall:
        """A key enterprise talks with seat 8001."""
        self.seats.add(a_seat("8001", SeatState.TALKING, call_id=CALL))
        return self.waiting.add(a_live_call(**fields))


def dialled(number: str) -> str:
    """As a trunk that wants national digits."""
    digits = "".join(character for character in number if character.isdecimal())
    if len(digits) < 11:
        raise Refused("number_not_callable", f"{number} is not a number that can be called.")
    return digits


async def explained(number: str, *, dialled: str | None, trunk: str | None, at: datetime | None) -> Explanation:
    if trunk not in (None, "carrier", "transit"):
        raise Refused("trunk_unknown", f"There is no trunk {trunk}; allowed are carrier, transit.", trunk=trunk)
    asked = Asked(dialled=dialled or "12345", trunk=trunk or "carrier", at=at or NOW)
    who = caller(number, asked.trunk, trusted=asked.trunk == "carrier")
    return explain(asked, who, rules=RULES, background=Background(seats={"priority": ("8001", "8002")}, choices={}))


