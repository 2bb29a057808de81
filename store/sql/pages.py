"""Which calls or tickets are wanted, and which page of them, as SQL."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, func, literal, select, tuple_, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from store.sql.columns import Moment
from store.sql.cursors import check_limit, cursor_after, place_of
from store.sql.rows import AnyRow
from store.sql.tables import calls, tickets
from tickets.records import MOST, Wanted

LIVE: Final = "live"


_BY_CALL: Final = (calls.c.received, calls.c.call_id)


def page_of(
    query: Select[*tuple[Any, ...]], *, cursor: str | None, limit: int, by: tuple[Column[Any], Column[Any]] = _BY_CALL
) -> Select[*tuple[Any, ...]]:
    """One row more than the page holds, the latest first, beginning after the cursor. `by`: a moment, and what tells two of one apart.

    Raises: Refused.
    """
    check_limit(limit, MOST)
    if cursor is not None:
        received, call_id = place_of(cursor, datetime, str)
        query = query.where(tuple_(*by) < tuple_(literal(received, Moment), literal(call_id)))
    return query.order_by(by[0].desc(), by[1].desc()).limit(limit + 1)


def cut(rows: Sequence[AnyRow], limit: int) -> tuple[Sequence[AnyRow], str | None]:
    """The page's rows, which have `received` and `call_id`, and the cursor of the page that follows."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], cursor_after(last.received, last.call_id)


def of_calls(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The conditions on `calls`, but the status."""
    columns = ((calls.c.caller_class, wanted.caller_class), (calls.c.seat_id, wanted.seat_id), (calls.c.recovered, wanted.recovered))
    yield from (column == value for column, value in columns if value is not None)
    if wanted.enterprise is not None:
        yield calls.c.enterprise.icontains(wanted.enterprise, autoescape=True)
    if wanted.number_suffix is not None:
        reversed_suffix = wanted.number_suffix[::-1]
        yield calls.c.number_reversed >= reversed_suffix
        yield calls.c.number_reversed < reversed_suffix + ":"  # the character after 9: every number that begins so
    if wanted.since is not None:
        yield calls.c.received >= wanted.since
    if wanted.until is not None:
        yield calls.c.received < wanted.until


def call_status(status: str | None) -> Iterator[ColumnElement[bool]]:
    """A call is live or ended for a reason."""
    if status is not None:
        yield calls.c.end_reason == ("" if status == LIVE else status)


def of_tickets(wanted: Wanted, *, sqlite: bool) -> Iterator[ColumnElement[bool]]:
    """The conditions on `tickets`."""
    if wanted.status is not None:
        yield tickets.c.status == wanted.status
    if wanted.department is not None:
        yield tickets.c.department == wanted.department
    if wanted.type is not None:
        yield tickets.c.type == wanted.type
    if wanted.tag is not None and sqlite:
        each = func.json_each(tickets.c.tags).table_valued("value")
        yield select(literal(1)).select_from(each).where(each.c.value == wanted.tag).exists()
    elif wanted.tag is not None:
        yield type_coerce(tickets.c.tags, JSONB).contains([wanted.tag])
