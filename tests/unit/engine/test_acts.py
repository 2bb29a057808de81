"""Where an act is kept: in the stream; without Redis in the database; and what the shell does itself."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from calls.errors import NotFound, StoreFault
from calls.events import Act, Event
from engine.acts import ActBook, noted_act
from engine.stores import Stores
from store.sql.acts import SqlActs
from store.sql.database import Database
from tests.unit.store.sql.test_acts import an_act
from tickets.acts import WantedActs


class Room:
    def __init__(self) -> None:
        self.away = False
        self.facts: list[Event] = []

    async def record(self, facts: Sequence[Event]) -> None:
        if self.away:
            raise StoreFault("redis_away", "Redis does not answer.")
        self.facts += facts


class Log:
    def __init__(self) -> None:
        self.away = False
        self.held: list[Act] = []

    async def add(self, act: Act) -> None:
        if self.away:
            raise StoreFault("sql_away", "The database does not answer.")
        self.held.append(act)


async def test_it_goes_through_the_stream_so_that_a_database_that_is_away_blocks_nobody() -> None:
    room, log = Room(), Log()
    log.away = True
    await ActBook(room, log).note(an_act())  # type: ignore[arg-type]
    assert room.facts == [an_act()]


async def test_without_redis_it_goes_into_the_database() -> None:
    room, log = Room(), Log()
    room.away = True
    await ActBook(room, log).note(an_act())  # type: ignore[arg-type]
    assert log.held == [an_act()]


async def test_with_neither_it_is_not_noted_and_so_not_done() -> None:
    room, log = Room(), Log()
    room.away = log.away = True
    with pytest.raises(StoreFault):
        await ActBook(room, log).note(an_act())  # type: ignore[arg-type]


async def test_what_the_shell_does_is_noted_before_and_its_failure_after(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/records.sqlite")
    await database.upgrade()
    log = SqlActs(database, "h")
    names = ("facts", "records", "directory", "roster", "rota", "callbacks", "links", "outbox", "absences", "wishes", "figures")
    others = dict.fromkeys(names)
    stores = Stores(database=database, acts=log, **others)  # type: ignore[arg-type]
    async with noted_act(stores, "import_list", "enterprises", file="a.xlsx"):
        assert len((await log.acts(WantedActs())).items) == 1
    with pytest.raises(NotFound):
        async with noted_act(stores, "remove_from_list", "enterprises", ids=["x"]):
            raise NotFound("entry_unknown", "There is no entry x.")
    [act] = (await log.acts(WantedActs())).items
    assert (act.who, act.what, act.subject, act.detail) == ("shell", "import_list", "enterprises", '{"file": "a.xlsx"}')
    assert act.person
    undone = {act.came_of for act in (await log.acts(WantedActs(undone=True))).items}
    assert undone == {"", "entry_unknown"}
    await database.close()
