"""A hotline in memory: everything that the API asks of the rest of Zhida, by hand. No Redis, no SQL, no Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry

from api.sources import (
    Changed,
    HandingOn,
    Happening,
    OtherHotline,
    PageRules,
    PartHealth,
    ReloadReport,
    Sources,
)
from calls.calendar import Calendar
from calls.errors import Refused, StoreFault
from calls.hours import Hours
from conference.asking import AskingRules, SpecialistDesk
from conference.desk import ConferenceDesk
from conference.leaving import DepartmentTickets
from conference.recording import RecordingDesk
from conference.supervising import SupervisionDesk
from engine.shifts import ShiftRules, ShiftWatch
from engine.wishes import WishDesk
from routing.explain import Asked, Background, Explanation, explain
from routing.waiting import LiveCall
from seats.agents import Agents
from seats.desk import SeatDesk
from seats.shifts import Duty
from seats.shifts import Roster as ShiftRoster
from seats.state import SeatState
from tests.unit.api.lists import Availability, Enterprises, Roster
from tests.unit.api.live import AGENTS, CALL, NOW, Clock, Exchange, Given, LiveCalls, Redis, Seats, Targets, a_live_call, a_seat
from tests.unit.api.records import Memory, Recordings, Records
from tests.unit.api.supervisors import ActLog, Book, Dispatcher, SupervisorPhones
from tests.unit.conference.pauses import HeldPauses
from tests.unit.routing.callers import RULES, caller
from tests.unit.tickets.linking import Linking


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
        specialists = self._specialists(conferences)
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
            wishes=self._wishes(specialists),
            figures=self.availability,
            absences=self.availability,
            reload=self.reload,
            supervisors=self._supervision(),
            dispatch=self.dispatch,
            acts=self.acts,
            act_log=self.acts,
            message=lambda: "nobody-free",
            away_ring_s=lambda: 20,
            has_prompt={"nobody-free", "welcome"}.__contains__,
            links=self.linking.desk,
            page=lambda: self.page,
            recordings=self.recordings,
            recording_desk=self._recording(),
            handing_on=lambda: HandingOn(numbers=("0515",), hotlines={"12366": OtherHotline(name="税务", number="12366", token="hotline")}),
        )

    def _specialists(self, conferences: ConferenceDesk) -> SpecialistDesk:
        return SpecialistDesk(
            roster=self.roster,
            absences=self.availability,
            figures=self.availability,
            waiting=self.waiting,  # type: ignore[arg-type]
            conferences=conferences,
            rules=AskingRules,
            dial=dialled,
            clock=Clock(),
        )

    def _wishes(self, specialists: SpecialistDesk) -> WishDesk:
        return WishDesk(
            wishes=self.availability,
            specialists=specialists,
            roster=self.roster,
            figures=self.availability,
            waiting=self.waiting,  # type: ignore[arg-type]
            legs=self.exchange,  # type: ignore[arg-type]
            clock=Clock(),
        )

    def _supervision(self) -> SupervisionDesk:
        return SupervisionDesk(
            waiting=self.waiting,  # type: ignore[arg-type]
            book=self.book,
            phones=self.supervisors,
            supervisors=self.supervisors,
            legs=self.exchange,  # type: ignore[arg-type]
            clock=Clock(),
        )

    def _recording(self) -> RecordingDesk:
        return RecordingDesk(
            waiting=self.waiting,  # type: ignore[arg-type]
            switch=self.exchange,
            pauses=self.pauses,
            clock=Clock(),
            longest_s=180,
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


