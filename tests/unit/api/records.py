"""What is kept in memory, as the API asks for it: records, tickets, call-backs, recordings, and answers given before."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from api.sources import (
    Known,
    SoundToHear,
)
from calls.errors import Conflict, Gone, NotFound, StoreFault
from calls.events import Event
from tests.unit.api.lists import cut
from tests.unit.api.live import NOW, Given
from tickets.callbacks import CallbackTask, WantedTasks, claimed, closed_by_hand, missed_again, missed_of, opened
from tickets.deadline import Deadline, Lane, StopOn
from tickets.fold import fold
from tickets.manifests import Consult, Hold, Manifest, Removal, SoundFile, Window, consult_name, voicemail_name
from tickets.record import CallRecord
from tickets.records import Page, Wanted
from tickets.ticket import Ticket, TicketPatch, Written, ticket_number, write


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

    async def voicemail(self, call_id: str) -> Manifest:
        return await self.manifest(voicemail_name(call_id, 1))

    async def voicemail_sound(self, call_id: str) -> SoundToHear:
        return await self.sound(voicemail_name(call_id, 1))

    def leave_voicemail(self, call_id: str, sound: bytes) -> None:
        """The caller left it before anybody talked with him."""
        name = voicemail_name(call_id, 1)
        self.keeps(name, sound)
        self.manifests[name] = replace(self.manifests[name], call_id=call_id, take=1)

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
