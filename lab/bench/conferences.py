"""So many conferences of three at once, recorded and not, beside a bare ConfBridge with the same legs on the same Asterisk.

Every caller, seat and specialist sends sound all the time. Nobody's phone is a part of the lab, so that what the parts use is
theirs alone: processor time and memory while all talk, and the time from the wish to the caller's coming into the room.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from calls.errors import Fault
from conference.roster import Specialist, SpecialistKind, specialist_id_of
from lab.bench import processor
from lab.bench.conference_report import ConferenceReport, Load
from lab.bench.run import Hotline
from lab.bench.traffic import caller
from lab.client import LabApi
from lab.phones.bulk import BulkSeats, Seats
from lab.phones.bulk_specialists import BulkSpecialists
from lab.phones.latency import latency
from lab.phones.phones import SERVER, TRUNKS
from lab.phones.sipp import Job, Sipp

MOST: Final = 90
"""Conferences at once: from seat 8091 on the lab's numbers are supervisors' phones."""
_BARE: Final = "12397"
_UNIT: Final = "示例市测量局"
_CALLER_HZ, _SEAT_HZ, _SPECIALIST_HZ = 480, 620, 760
_RATE: Final = 10.0  # calls a second while the conferences are set up
_BARE_RATE: Final = 30.0  # legs
_SETTLED_S: Final = 3.0  # for what is left to do of the setting-up, before the window
_UP_WITHIN_S: Final = 60.0
_TALK_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceScale:
    """How many at once, and for how many seconds what they use is measured."""

    conferences: int
    window_s: float


@dataclass(slots=True)
class Entries:
    """Who came into which room, and when (time.monotonic)."""

    at: dict[tuple[str, str], float] = field(default_factory=dict)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, room: str, leg: str) -> None:
        """This leg came into that room just now."""
        self.at[room, leg] = time.monotonic()
        self._more.set()

    async def until(self, fits: Callable[[], bool], *, what: str) -> None:
        """Return when that is so. Raises: Fault: it does not come about."""
        try:
            async with asyncio.timeout(_UP_WITHIN_S):
                while not fits():
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise Fault("bench_failed", f"After {_UP_WITHIN_S:g} s still not: {what}; {len(self.at)} legs have come into rooms.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a run needs from outside.

    Args:
        lab: a lab of the benchmark's own with these settings, up while the block lasts.
        roster: has the lab's engines know these specialists.
        entries: told by Asterisk itself, while the block lasts. hang_up: ends every call there is on it.
    """

    lab: Callable[[tuple[str, ...]], AbstractAsyncContextManager[Hotline]]
    roster: Callable[[Sequence[Specialist]], Awaitable[None]]
    entries: Callable[[], AbstractAsyncContextManager[Entries]]
    hang_up: Callable[[], Awaitable[None]]
    folder: Path
    say: Callable[[str], None]


async def measure_conferences(scale: ConferenceScale, ground: Ground) -> ConferenceReport:
    """Measure all. Raises: Fault: something does not work, so that nothing can be measured."""
    load, many, loads, waits = os.getloadavg()[0], scale.conferences, {}, {}
    settings = (
        f"seats.ids=8001-{8000 + many}",
        f"groups.priority.seats=8001-{8000 + many}",
        "groups.project.seats=8001",
        "groups.qilai.seats=8001",
        "groups.general.seats=8001",
        "seats.wrap_up_s=0",
        "after_call.rating=false",
    )
    for recorded in (False, True):
        async with ground.lab((*settings, f"recording.enabled={str(recorded).lower()}")) as hotline, ground.entries() as entries:
            one = _Run(scale=scale, ground=ground, hotline=hotline, entries=entries, recorded=recorded)
            await ground.roster(specialists(many))
            if not recorded:
                loads["nobody calls"] = await one.load()
                loads["bare ConfBridge"] = await one.bare()
            name = "Zhida, recorded" if recorded else "Zhida"
            loads[name], waits[name] = await one.zhida()
    return ConferenceReport(
        conferences=many,
        window_s=scale.window_s,
        processors=os.cpu_count() or 1,
        load=load,
        loads=loads,
        joined={name: latency([took_s * 1000 for took_s in took]) for name, took in waits.items()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One lab's part of it."""

    scale: ConferenceScale
    ground: Ground
    hotline: Hotline
    entries: Entries
    recorded: bool

    async def load(self, set_up: processor.Reading | None = None) -> Load:
        """What the parts use from now on for a while, and have used until now since `set_up`."""
        now = processor.read(self.hotline.pids)
        before = set_up or now
        await asyncio.sleep(_SETTLED_S)
        began, first = time.monotonic(), processor.read(self.hotline.pids)
        await asyncio.sleep(self.scale.window_s)
        took_s, used = time.monotonic() - began, processor.read(self.hotline.pids).since(first)
        return Load(
            processor={name: seconds / took_s for name, seconds in used.parts.items()},
            memory_mb=processor.memory_mb(self.hotline.pids),
            set_up_s={name: seconds / self.scale.conferences for name, seconds in now.since(before).parts.items()},
            machine=used.machine / used.at if used.at > 0 else 0.0,
        )

    async def bare(self) -> Load:
        """Three callers a room, by Asterisk's own dialplan."""
        legs = self.scale.conferences * 3
        self.ground.say(f"{self.scale.conferences} rooms of a bare ConfBridge")
        before = processor.read(self.hotline.pids)
        async with self._callers(_BARE, legs, _BARE_RATE):
            await self.entries.until(lambda: len(self.entries.at) == legs, what=f"{legs} legs in their rooms")
            return await self.load(before)

    async def zhida(self) -> tuple[Load, list[float]]:
        """As a seat does it: a call, a specialist, all three. And the seconds from each wish for all three to the caller's coming."""
        many, net = self.scale.conferences, self.hotline.net
        self.ground.say(f"{many} conferences{', recorded' if self.recorded else ''}")
        seats = Seats(numbers=range(8001, 8001 + many), net=net, hold_s=_TALK_S, tone_hz=_SEAT_HZ)
        folder = self.ground.folder / f"seats-{self.recorded}"
        async with (
            BulkSeats(seats, folder),
            BulkSpecialists(net=net, tone_hz=_SPECIALIST_HZ),
            LabApi(self.hotline.api_url, self.hotline.api_token) as api,
        ):
            await api.until("/seats?limit=200", lambda page: _ready(page) == many, within_s=_UP_WITHIN_S)
            before = processor.read(self.hotline.pids)
            async with self._callers("12345", many, _RATE):
                calls = await self._consults(api)
                took = [await self._join(api, call_id) for call_id in calls]
                return await self.load(before), took

    async def _consults(self, api: LabApi) -> list[str]:
        many = self.scale.conferences
        talking = await api.until("/calls?state=talking&limit=200", lambda page: len(page["items"]) == many, within_s=_UP_WITHIN_S)
        calls = [str(call["call_id"]) for call in talking["items"]]
        for call_id, specialist in zip(calls, specialists(many), strict=True):
            await api.ask("POST", f"/calls/{call_id}/specialists", {"specialist_id": specialist.specialist_id})
        await api.until("/conferences?limit=200", lambda page: _with_specialist(page) == many, within_s=_UP_WITHIN_S)
        return calls

    async def _join(self, api: LabApi, call_id: str) -> float:
        began = time.monotonic()
        await api.ask("PUT", f"/conferences/{call_id}/state", {"state": "three_way"})
        await self.entries.until(lambda: (call_id, call_id) in self.entries.at, what=f"the caller of {call_id} in the room")
        return self.entries.at[call_id, call_id] - began

    @asynccontextmanager
    async def _callers(self, dials: str, calls: int, rate: float) -> AsyncIterator[None]:
        """So many callers who hum, until the block is left; then every call ends."""
        net = self.hotline.net
        job = Job(
            scenario="call",
            address=f"{net}.{TRUNKS['carrier']}",
            target=f"{net}.{SERVER}:5060",
            dials=dials,
            rows=[[caller(number)] for number in range(calls)],
            calls=calls,
            rate=rate,
            at_once=calls,
            hold_s=_TALK_S,
            tone_hz=_CALLER_HZ,
        )
        async with Sipp(job, self.ground.folder / f"{dials}-{self.recorded}") as sipp:
            try:
                yield
            finally:
                await self.ground.hang_up()
            result = await sipp.finished(_UP_WITHIN_S)
        if result.failed:
            raise Fault("bench_failed", f"Of {calls} callers of {dials} {result.failed} failed: {'; '.join(result.errors[:3])}")


def specialists(many: int) -> list[Specialist]:
    """One for each conference, made up, each with an office phone of his own."""
    names = [f"测量专员{number:03}" for number in range(1, many + 1)]
    return [
        Specialist(
            specialist_id=specialist_id_of(_UNIT, name),
            unit=_UNIT,
            department="测量",
            kind=SpecialistKind.EXPERT,
            name=name,
            place=place,
            office=(f"0515-8777{place:04}",),
        )
        for place, name in enumerate(names, start=1)
    ]


def _ready(page: dict[str, Any]) -> int:
    return sum(seat["state"] == "ready" and seat["phone"] == "idle" for seat in page["items"])


def _with_specialist(page: dict[str, Any]) -> int:
    return sum(any(member["kind"] == "specialist" for member in one["members"]) for one in page["items"])
