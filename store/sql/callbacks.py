"""The call-back list: kept up by the recorder within its transaction, read and written by people through the API."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from calls.errors import NotFound
from store.sql.columns import Moment, clean
from store.sql.cursors import check_limit, cursor_after, place_of
from store.sql.database import Database
from store.sql.lists import chunks
from store.sql.rows import LONGEST_NUMBER, AnyRow, record_of
from store.sql.tables import callbacks, calls
from tickets.callbacks import (
    CallbackTask,
    ClosedBy,
    Standing,
    WantedTasks,
    claimed,
    class_of,
    closed_by_hand,
    got_through,
    missed_again,
    missed_of,
    opened,
    tried_again,
    tried_of,
)
from tickets.record import CallRecord
from tickets.records import MOST, Page

_TASKS: Final = TypeAdapter(CallbackTask)
_LATELY: Final = 5  # a call that is told again belongs to one of the number's latest tasks


@dataclass(slots=True)
class _Sheet:
    """Tasks as one transaction sees and changes them."""

    before: dict[str, CallbackTask] = field(default_factory=dict)
    now: dict[str, CallbackTask] = field(default_factory=dict)

    def read(self, tasks: Iterable[CallbackTask]) -> None:
        for task in tasks:
            self.before.setdefault(task.task_id, task)
            self.now.setdefault(task.task_id, task)

    def open_of(self, number: str) -> CallbackTask | None:
        return next((task for task in self.now.values() if number and task.number == number and task.closed is None), None)

    def over_since(self, record: CallRecord) -> CallbackTask | None:
        """The task that was over by itself after this call, which is told only now."""

        def its(task: CallbackTask) -> bool:
            by_itself = task.closed_why in (ClosedBy.GOT_THROUGH, ClosedBy.CALLED_BACK)
            if not by_itself or task.closed is None or record.ended is None:
                return False
            return task.arrived <= record.received <= record.ended <= task.closed

        return next((task for task in self.now.values() if record.number and task.number == record.number and its(task)), None)

    @property
    def changed(self) -> list[CallbackTask]:
        return [task for task_id, task in self.now.items() if self.before.get(task_id) != task]


class CallbackKeeping:
    """Brings the list up to date with freshly folded records."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def bring_up_to_date(self, connection: AsyncConnection, records: Sequence[CallRecord]) -> None:
        """What these calls mean to the list. Numbers come in order, so that two recorders cannot wait for each other."""
        telling = [record for record in records if missed_of(record) or tried_of(record) or (record.answered and record.number)]
        telling.sort(key=lambda record: (record.number, record.received))
        sheet = _Sheet()
        sheet.read(await self._open(connection, sorted({record.number[:LONGEST_NUMBER] for record in telling if record.number})))
        for record in telling:
            await self._tell(connection, sheet, record)
        for task in sorted(sheet.changed, key=lambda task: (task.number, task.closed is None)):
            await self._write(connection, sheet, task)

    async def _tell(self, connection: AsyncConnection, sheet: _Sheet, record: CallRecord) -> None:
        missed, tried = missed_of(record), tried_of(record)
        if missed is None and tried is None:
            if (task := sheet.open_of(record.number)) is not None:
                sheet.now[task.task_id] = got_through(task, record)
            return
        task = await self._of_call(connection, sheet, record)
        if tried is not None:
            if task is not None:
                sheet.now[task.task_id] = tried_again(task, tried)
        elif missed is not None and task is not None:
            sheet.now[task.task_id] = missed_again(task, record, missed)
        elif missed is not None:
            task = opened(record, missed)
            sheet.now[task.task_id] = task
            for later in await self._later(connection, record):
                again = tried_of(later)
                task = tried_again(task, again) if again is not None else got_through(task, later)
            sheet.now[task.task_id] = task

    async def _of_call(self, connection: AsyncConnection, sheet: _Sheet, record: CallRecord) -> CallbackTask | None:
        """The task that this call belongs to: the one that has it already, else the number's open one."""
        key = record.called_back.task_id if record.called_back is not None else record.call_id

        def has_it() -> CallbackTask | None:
            own = (task for task in sheet.now.values() if task.task_id == key or any(one.call_id == key for one in task.missed))
            return next(own, None)

        if (task := has_it()) is not None:
            return task
        if (task := sheet.open_of(record.number)) is not None and record.called_back is None and task.left <= record.received:
            return task
        query = select(callbacks.c.document).where(callbacks.c.hotline == self._hotline)
        mine = callbacks.c.number == record.number[:LONGEST_NUMBER] if record.number else callbacks.c.task_id == key
        lately = query.where(mine).order_by(callbacks.c.arrived.desc()).limit(_LATELY).with_for_update()
        sheet.read([task_of(row) for row in await connection.execute(lately)])
        return has_it() or sheet.open_of(record.number) or sheet.over_since(record)

    async def _later(self, connection: AsyncConnection, record: CallRecord) -> list[CallRecord]:
        """What this number's later calls were, where they were recorded before this one."""
        if not record.number:
            return []
        query = select(calls.c.document).where(
            calls.c.hotline == self._hotline,
            calls.c.number_reversed == record.number[:LONGEST_NUMBER][::-1],
            calls.c.received >= record.received,
            calls.c.call_id != record.call_id,
        )
        rows = await connection.execute(query.order_by(calls.c.received).limit(20))
        return [record_of(row.document) for row in rows]

    async def _open(self, connection: AsyncConnection, numbers: Sequence[str]) -> list[CallbackTask]:
        found: list[CallbackTask] = []
        for chunk in chunks(numbers):
            query = select(callbacks.c.document).where(callbacks.c.hotline == self._hotline, callbacks.c.open_number.in_(chunk))
            rows = await connection.execute(query.order_by(callbacks.c.open_number).with_for_update())
            found += [task_of(row) for row in rows]
        return found

    async def _write(self, connection: AsyncConnection, sheet: _Sheet, task: CallbackTask) -> None:
        if task.task_id in sheet.before:
            await connection.execute(_updated(self._hotline, task))
            return
        row = {"hotline": self._hotline, "task_id": task.task_id, **task_row(task)}
        done = await connection.execute(self._database.insert(callbacks).values(**row).on_conflict_do_nothing())
        if done.rowcount:
            return
        for other in await self._open(connection, [task.number[:LONGEST_NUMBER]]):  # another recorder opened one at this very moment
            await connection.execute(_updated(self._hotline, _merged(other, task)))


class SqlCallbackList:
    """Implements `tickets.callbacks.CallbackList` for one hotline."""

    def __init__(self, database: Database, hotline: str) -> None:
        self._database = database
        self._hotline = hotline

    async def tasks(self, wanted: WantedTasks, *, cursor: str | None = None, limit: int = 50) -> Page[CallbackTask]:
        """See `CallbackList.tasks`."""
        check_limit(limit, MOST)
        place = callbacks.c.precedence, callbacks.c.arrived, callbacks.c.task_id
        query = select(callbacks).where(callbacks.c.hotline == self._hotline, *_conditions(wanted))
        if cursor is not None:
            precedence, arrived, task_id = place_of(cursor, int, datetime, str)
            query = query.where(tuple_(*place) > tuple_(literal(precedence), literal(arrived, Moment), literal(task_id)))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(*place).limit(limit + 1))).all()
        last = rows[limit - 1] if len(rows) > limit else None
        following = cursor_after(last.precedence, last.arrived, last.task_id) if last is not None else None
        return Page(items=tuple(task_of(row) for row in rows[:limit]), next=following)

    async def task(self, task_id: str) -> CallbackTask:
        """See `CallbackList.task`."""
        async with self._database.reading() as connection:
            return await self._one(connection, self._of(task_id), task_id)

    async def standing(self) -> list[Standing]:
        """How the open list stands, by class, for figures. Raises: StoreFault."""
        counted = func.count(), func.min(callbacks.c.arrived, type_=Moment), func.sum(callbacks.c.rung)
        query = select(callbacks.c.precedence, *counted).where(callbacks.c.hotline == self._hotline, callbacks.c.closed.is_(None))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.group_by(callbacks.c.precedence).order_by(callbacks.c.precedence))
        return [Standing(caller_class=class_of(who), open=many, oldest=oldest, attempts=rung) for who, many, oldest, rung in rows]

    async def open_of(self, numbers: Iterable[str]) -> list[CallbackTask]:
        """See `CallbackList.open_of`."""
        query = select(callbacks.c.document).where(callbacks.c.hotline == self._hotline)
        async with self._database.reading() as connection:
            found = [await connection.execute(query.where(callbacks.c.open_number.in_(chunk))) for chunk in chunks(sorted(set(numbers)))]
        return [task_of(row) for rows in found for row in rows]

    async def close(self, task_id: str, *, why: str, by: str, note: str, at: datetime) -> CallbackTask:
        """See `CallbackList.close`."""
        async with self._database.writing() as connection:
            task = await self._one(connection, self._of(task_id).with_for_update(), task_id)
            closed = closed_by_hand(task, why=why, by=by, note=clean(note), at=at)
            await connection.execute(_updated(self._hotline, closed))
        return closed

    async def claim(self, task_id: str, *, by: str, at: datetime) -> CallbackTask:
        """See `CallbackList.claim`."""
        async with self._database.writing() as connection:
            task = claimed(await self._one(connection, self._of(task_id).with_for_update(), task_id), by=by, at=at)
            await connection.execute(_updated(self._hotline, task))
        return task

    def _of(self, task_id: str) -> Select[*tuple[Any, ...]]:
        return select(callbacks.c.document).where(callbacks.c.hotline == self._hotline, callbacks.c.task_id == task_id)

    async def _one(self, connection: AsyncConnection, query: Select[*tuple[Any, ...]], task_id: str) -> CallbackTask:
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("callback_unknown", f"There is no call-back {task_id:.160}.", task_id=task_id)
        return task_of(row)


def task_of(row: AnyRow) -> CallbackTask:
    """The task of `callbacks.document`."""
    return _TASKS.validate_python(row.document)


def task_row(task: CallbackTask) -> dict[str, Any]:
    """The columns of `callbacks` but those that name the row."""
    number = task.number[:LONGEST_NUMBER]
    return {
        "number": number,
        "open_number": number if number and task.closed is None else None,
        "precedence": task.precedence,
        "arrived": task.arrived,
        "closed": task.closed,
        "rung": len(task.rung),
        "chosen": task.asked is not None,
        "wished": task.owed.asked is not None,
        "document": _TASKS.dump_python(task, mode="json"),
    }


def _updated(hotline: str, task: CallbackTask) -> Any:  # noqa: ANN401  an UPDATE
    return update(callbacks).where(callbacks.c.hotline == hotline, callbacks.c.task_id == task.task_id).values(**task_row(task))


def _merged(task: CallbackTask, other: CallbackTask) -> CallbackTask:
    """The task with the calls of another one that was opened for the same number at the same moment."""
    every = {one.call_id: one for one in (*other.missed, *task.missed)}
    asked = max(filter(None, (task.asked, other.asked)), default=None)
    missed = tuple(sorted(every.values(), key=lambda one: (one.arrived, one.call_id)))
    return replace(task, missed=missed, asked=asked, version=task.version + 1)


def _conditions(wanted: WantedTasks) -> Iterator[ColumnElement[bool]]:
    if wanted.open is not None:
        yield callbacks.c.closed.is_(None) if wanted.open else callbacks.c.closed.is_not(None)
    if wanted.callable is not None:
        yield callbacks.c.number != "" if wanted.callable else callbacks.c.number == ""
    if wanted.since is not None:
        yield callbacks.c.arrived >= wanted.since
    if wanted.until is not None:
        yield callbacks.c.arrived < wanted.until
    if wanted.number_suffix is not None:
        yield callbacks.c.number.endswith(wanted.number_suffix, autoescape=True)
    if wanted.chosen is not None:
        yield callbacks.c.chosen.is_(wanted.chosen)
    if wanted.fewer_tries is not None:
        yield or_(callbacks.c.rung < wanted.fewer_tries, callbacks.c.wished.is_(True))
