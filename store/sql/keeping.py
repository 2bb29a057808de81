"""The recorder's side of the records: facts go in, calls and tickets are folded from them, all in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.clock import Clock
from calls.errors import StoreFault
from calls.events import Act, Event
from store.sql.acts import SqlActs
from store.sql.callbacks import CallbackKeeping
from store.sql.columns import clean
from store.sql.database import Database
from store.sql.faults import first_line
from store.sql.link_wishes import LinkWishes
from store.sql.rows import call_row
from store.sql.specialists import AttemptKeeping
from store.sql.tables import calls, events, events_set_aside
from store.sql.ticketing import Ticketing
from tickets.deadline import Deadlines
from tickets.fold import fold
from tickets.reading import Unreadable, moment, parse, read
from tickets.record import CallRecord
from tickets.stream import Fact, Kept, SetAside

_THIS: Final = update(calls).where(calls.c.hotline == bindparam("_hotline"), calls.c.call_id == bindparam("_call_id"))
_REFOLD: Final = _THIS.values({column.name: bindparam(column.name) for column in calls.columns if not column.primary_key})
_MARK: Final = _THIS.values(faulty=bindparam("faulty"))
_RETRIED: Final = 1_000


@dataclass(slots=True)
class _Told:
    """What has been told of one call, while its record is made."""

    first: datetime
    entries: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    faulty: str = ""


class SqlFactStore:
    """Implements `tickets.stream.FactStore` for one hotline. Any number of these may work on one database at once.

    Args: wishes: where specialists who join are sent links by themselves.
    """

    def __init__(self, database: Database, hotline: str, deadlines: Deadlines, clock: Clock, *, wishes: LinkWishes | None = None) -> None:
        self._database = database
        self._hotline = hotline
        self._clock = clock
        self._ticketing = Ticketing(database, hotline, deadlines)
        self._acts = SqlActs(database, hotline)
        self._callbacks = CallbackKeeping(database, hotline)
        self._wishes = wishes
        self._attempts = AttemptKeeping(database, hotline)

    async def keep(self, facts: Sequence[Fact], aside: Sequence[SetAside] = ()) -> Kept:
        """See `FactStore.keep`."""
        readable, unreadable = _sorted_out(facts)
        aside = [*aside, *unreadable]
        try:
            return await self._keep(readable, aside)
        except StoreFault:
            raise
        except Exception:  # a value that is refused, or a fault of ours: it is one call's until it shows in all of them
            return await self._keep_call_by_call(readable, aside)

    async def retry(self) -> Kept:
        """See `FactStore.retry`."""
        query = select(events_set_aside).where(events_set_aside.c.hotline == self._hotline).order_by(events_set_aside.c.id)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.limit(_RETRIED))).all()
        facts = [fact for row in rows if (fact := _fact_of(row.entry_id, row.text))]
        kept = await self.keep(facts)
        done = {fact.entry_id for fact in facts} - {entry.entry_id for entry in kept.set_aside}
        async with self._database.writing() as connection:
            for row in rows:
                if row.entry_id in done:
                    await connection.execute(delete(events_set_aside).where(events_set_aside.c.id == row.id))
        return kept

    async def _keep_call_by_call(self, facts: Sequence[Fact], aside: Sequence[SetAside]) -> Kept:
        """Whose fault it is shows when each call is kept by itself; its facts are set aside, and `retry` takes them up again."""
        kept = await self._keep((), aside)
        for call_id in dict.fromkeys(fact.call_id for fact in facts):
            own = [fact for fact in facts if fact.call_id == call_id]
            try:
                one = await self._keep(own, ())
            except StoreFault:
                raise
            except Exception as error:
                one = await self._keep((), [_set_aside(fact, f"{type(error).__name__}: {first_line(error)}") for fact in own])
            kept = Kept(new=kept.new + one.new, set_aside=kept.set_aside + one.set_aside, faulty={**kept.faulty, **one.faulty})
        return kept

    async def _keep(self, facts: Sequence[Fact], aside: Sequence[SetAside]) -> Kept:
        acts, facts = [fact for fact in facts if _is_act(fact)], [fact for fact in facts if not _is_act(fact)]
        async with self._database.writing() as connection:
            told = await self._load(connection, facts)
            new = [fact for fact in facts if _first_time(fact, told[fact.call_id])]
            if new:
                await connection.execute(self._database.insert(events).on_conflict_do_nothing(), [self._event_row(fact) for fact in new])
            faulty = await self._refold(connection, {fact.call_id: told[fact.call_id] for fact in new})
            if aside:
                rows = [self._aside_row(entry) for entry in aside]
                await connection.execute(self._database.insert(events_set_aside).on_conflict_do_nothing(), rows)
            noted = await self._acts.keep(connection, [act for fact in acts if isinstance(act := read(fact.document), Act)])
        return Kept(new=len(new) + noted, set_aside=tuple(aside), faulty=faulty)

    async def _load(self, connection: AsyncConnection, facts: Sequence[Fact]) -> dict[str, _Told]:
        """What was told before of these calls, whose rows are locked then: no two recorders fold one call at once.

        The rows are made and locked in order, so that two recorders cannot wait for each other.
        """
        told = {fact.call_id: _Told(first=moment(fact.document)) for fact in sorted(facts, key=lambda fact: fact.call_id)}
        if not told:
            return told
        rows = [self._blank_row(call_id, call.first) for call_id, call in told.items()]
        await connection.execute(self._database.insert(calls).on_conflict_do_nothing(), rows)
        mine = calls.c.hotline == self._hotline, calls.c.call_id.in_(list(told))
        if not self._database.is_sqlite:
            await connection.execute(select(calls.c.call_id).where(*mine).order_by(calls.c.call_id).with_for_update())
        query = select(events.c.call_id, events.c.entry_id, events.c.document)
        for row in await connection.execute(query.where(events.c.hotline == self._hotline, events.c.call_id.in_(list(told)))):
            _add(told[row.call_id], row.entry_id, row.document)
        return told

    async def _refold(self, connection: AsyncConnection, told: Mapping[str, _Told]) -> dict[str, str]:
        """Make the records and tickets of these calls again; tell which could not be made, and why."""
        records = [record for call in told.values() if (record := _folded(call))]
        if records:
            await connection.execute(_REFOLD, [self._refold_row(record, told[record.call_id].faulty) for record in records])
            await self._ticketing.bring_up_to_date(connection, records, self._clock.now())
            await self._callbacks.bring_up_to_date(connection, records)
            if self._wishes is not None:
                await self._wishes.bring_up_to_date(connection, records, self._clock.now())
            await self._attempts.bring_up_to_date(connection, records)
        faulty = {call_id: call.faulty for call_id, call in told.items() if call.faulty}
        if faulty:
            await connection.execute(_MARK, [self._mark_row(call_id, reason) for call_id, reason in faulty.items()])
        return faulty

    def _refold_row(self, record: CallRecord, faulty: str) -> dict[str, Any]:
        return {"_hotline": self._hotline, "_call_id": record.call_id, **call_row(record), "faulty": clean(faulty)}

    def _mark_row(self, call_id: str, reason: str) -> dict[str, Any]:
        return {"_hotline": self._hotline, "_call_id": call_id, "faulty": clean(reason)}

    def _blank_row(self, call_id: str, first: datetime) -> dict[str, Any]:
        return {"hotline": self._hotline, "call_id": call_id, **call_row(CallRecord(call_id=call_id, first=first))}

    def _event_row(self, fact: Fact) -> dict[str, Any]:
        return {
            "hotline": self._hotline,
            "call_id": fact.call_id,
            "entry_id": fact.entry_id,
            "kind": fact.document["kind"],
            "at": moment(fact.document),
            "document": clean(fact.document),
        }

    def _aside_row(self, entry: SetAside) -> dict[str, Any]:
        about = {"hotline": self._hotline, "entry_id": entry.entry_id, "at": self._clock.now()}
        return {**about, "reason": clean(entry.reason), "text": clean(entry.text)}


def _sorted_out(facts: Sequence[Fact]) -> tuple[list[Fact], list[SetAside]]:
    """Which facts can be kept, as the database can hold them, and which cannot at all."""
    readable: list[Fact] = []
    aside: list[SetAside] = []
    for fact in facts:
        try:
            document = clean(fact.document)
            read(document)
        except (Unreadable, RecursionError) as error:
            aside.append(_set_aside(fact, f"{type(error).__name__}: {error}"))
        else:
            readable.append(Fact(entry_id=fact.entry_id, call_id=fact.call_id, document=document))
    return readable, aside


def _set_aside(fact: Fact, reason: str) -> SetAside:
    try:
        text = json.dumps(fact.document, ensure_ascii=False)
    except RecursionError:
        text = f"nested too deeply: {fact.call_id}"
    return SetAside(entry_id=fact.entry_id, text=text, reason=reason)


def _fact_of(entry_id: str, text: str) -> Fact | None:
    try:
        document = parse(text)
    except Unreadable:
        return None
    return Fact(entry_id=entry_id, call_id=document["call_id"], document=document)


def _is_act(fact: Fact) -> bool:
    return bool(fact.document["kind"] == Act.kind)


def _first_time(fact: Fact, call: _Told) -> bool:
    if fact.entry_id in call.entries:
        return False
    _add(call, fact.entry_id, fact.document)
    return True


def _add(call: _Told, entry_id: str, document: Mapping[str, Any]) -> None:
    call.entries.add(entry_id)
    try:
        event = read(document)
    except Unreadable as unreadable:  # kept by a version that could read it
        call.faulty = f"{entry_id}: {unreadable}"
        return
    if event is not None:
        call.events.append(event)


def _folded(call: _Told) -> CallRecord | None:
    """The record; None where there is nothing to fold, or a fault of ours that must not stop the other calls."""
    if not call.events:
        return None
    try:
        return fold(call.events)
    except Exception as error:  # whatever it is, the facts are kept, and the next version may fold them
        call.faulty = f"{type(error).__name__}: {error}"
        return None
