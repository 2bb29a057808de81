"""Cursors that somebody made up: whatever stands in one, it is refused or leads somewhere."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from calls.errors import Refused
from store.sql.acts import SqlActs
from store.sql.callbacks import SqlCallbackList
from store.sql.database import Database
from store.sql.directory import SqlDirectory
from store.sql.roster import SqlRoster
from tests.unit.store.sql.stories import HOTLINE, the_records
from tickets.acts import WantedActs
from tickets.callbacks import WantedTasks
from tickets.records import Wanted
from whitelist.keeping import WantedEntries

WHEN = "2026-11-20T09:00:00+00:00"
LISTS: dict[str, Callable[[Database, str], Awaitable[Any]]] = {
    "calls": lambda database, cursor: the_records(database).calls(Wanted(), cursor=cursor),
    "tickets": lambda database, cursor: the_records(database).tickets(Wanted(), cursor=cursor),
    "callbacks": lambda database, cursor: SqlCallbackList(database, HOTLINE).tasks(WantedTasks(), cursor=cursor),
    "acts": lambda database, cursor: SqlActs(database, HOTLINE).acts(WantedActs(), cursor=cursor),
    "enterprises": lambda database, cursor: SqlDirectory(database, HOTLINE).find(WantedEntries(), cursor=cursor),
    "specialists": lambda database, cursor: SqlRoster(database, HOTLINE).find(cursor=cursor),
}


def made_up(document: object) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = {
    "deep": made_up("[" * 5000),
    "nul": made_up([WHEN, "a\0b"]),
    "nul of three": made_up([1, WHEN, "a\0b"]),
    "nul of names": made_up(["a\0b", "1", "c"]),
    "huge": made_up([10**30, WHEN, "a"]),
    "huge place": made_up(["a", str(10**30), "a"]),
    "no place": made_up(["a", "x", "a"]),
    "true": made_up([True, WHEN, "a"]),
    "half a pair": made_up('["\\ud800", "1", "a"]'),
    "half a pair of two": made_up(f'["{WHEN}", "\\ud800"]'),
    "first day": made_up(["0001-01-01T00:00:00+14:00", "a"]),
    "last day of three": made_up([1, "9999-12-31T23:59:59-14:00", "a"]),
    "nan": made_up("[NaN, 1, 2]"),
}


@pytest.mark.parametrize("cursor", CURSORS)
@pytest.mark.parametrize("listed", LISTS)
async def test_a_made_up_cursor_is_refused_or_leads_somewhere(database: Database, listed: str, cursor: str) -> None:
    try:
        await LISTS[listed](database, CURSORS[cursor])
    except Refused as refused:
        assert refused.code == "cursor_unreadable"  # noqa: PT017 - some name a place that cannot be, and are taken
