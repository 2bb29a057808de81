"""The database: what a transaction keeps, and what is said when it is away."""

import asyncio
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, select, text
from sqlalchemy.exc import IntegrityError

from calls.errors import Refused, StoreFault
from store.sql.columns import DOCUMENT, Moment, clean
from store.sql.database import Database
from tests.postgres_server import PostgresServer

own = MetaData()
notes = Table(
    "notes", own, Column("id", Integer, primary_key=True), Column("text", Text), Column("at", Moment), Column("document", DOCUMENT)
)


@pytest.fixture
async def notebook(database: Database) -> Database:
    async with database.writing() as connection:
        await connection.run_sync(own.create_all)
    return database


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(notes))).scalar_one()


async def test_a_transaction_that_fails_leaves_nothing(notebook: Database) -> None:
    async def write_twice() -> None:
        async with notebook.writing() as connection:
            await connection.execute(notes.insert(), [{"id": 1, "text": "one"}])
            await connection.execute(notes.insert(), [{"id": 1, "text": "again"}])

    with pytest.raises(IntegrityError):
        await write_twice()
    assert await count(notebook) == 0


async def test_many_writers_at_once_wait_for_each_other(notebook: Database) -> None:
    async def write(number: int) -> None:
        async with notebook.writing() as connection:
            highest = (await connection.execute(select(func.max(notes.c.id)))).scalar_one() or 0
            if notebook.is_sqlite:  # the lock is taken before the first read: nobody else can have seen the same highest
                await connection.execute(notes.insert(), [{"id": highest + 1}])
            else:
                await connection.execute(notes.insert(), [{"id": number}])

    await asyncio.gather(*(write(number) for number in range(1, 9)))
    assert await count(notebook) == 8


async def test_a_writer_cancelled_at_any_moment_holds_nobody_up(notebook: Database) -> None:
    async def write(number: int) -> None:
        async with notebook.writing() as connection:
            for part in range(3):
                (await connection.execute(select(notes))).all()
                await connection.execute(notes.insert(), [{"id": 10 * number + part}])

    remembered = []  # a traceback that somebody keeps refers to everything the task had in hand
    for turns in range(1, 90, 3):
        writing = asyncio.create_task(write(turns))
        for _ in range(turns):
            await asyncio.sleep(0)
        writing.cancel()
        remembered += await asyncio.gather(writing, return_exceptions=True)
        async with asyncio.timeout(5):
            await write(1000 + turns)
    assert any(isinstance(outcome, asyncio.CancelledError) for outcome in remembered)
    assert await count(notebook) % 3 == 0  # all of a transaction or nothing, though who was cancelled cannot tell which
    assert await count(notebook) >= 3 * (30 + remembered.count(None))


async def test_times_and_documents_come_back_as_they_went_in(notebook: Database) -> None:
    received = datetime(2025, 9, 30, 16, 20, 0, 123000, tzinfo=timezone(timedelta(hours=8)))
    document = {"enterprise": "盐城示例企业", "reasons": ["条目 “四星”"], "n": 1.5}
    async with notebook.writing() as connection:
        await connection.execute(notes.insert(), [{"id": 1, "at": received, "document": document}])
    async with notebook.reading() as connection:
        row = (await connection.execute(select(notes))).one()
    assert row.at == received
    assert row.at.tzinfo is UTC
    assert row.document == document


async def test_a_time_without_a_zone_is_not_kept(notebook: Database) -> None:
    with pytest.raises(Exception, match="no time zone"):
        async with notebook.writing() as connection:
            await connection.execute(notes.insert(), [{"id": 1, "at": datetime(2025, 9, 30)}])  # noqa: DTZ001 - the very mistake


async def test_hostile_text_can_be_kept_once_cleaned(notebook: Database) -> None:
    hostile = clean({"name": 'a\0b\ud800c\r\n%0d"', "list": ("\udfff",)})
    async with notebook.writing() as connection:
        await connection.execute(notes.insert(), [{"id": 1, "text": hostile["name"], "document": hostile}])
    async with notebook.reading() as connection:
        row = (await connection.execute(select(notes))).one()
    assert row.text == 'a\ufffdb\ufffdc\r\n%0d"'
    assert row.document == {"name": row.text, "list": ["\ufffd"]}


async def test_upserts_are_written_the_same_way_for_both(notebook: Database) -> None:
    async with notebook.writing() as connection:
        await connection.execute(notebook.insert(notes).on_conflict_do_nothing(), [{"id": 1, "text": "first"}, {"id": 2, "text": "x"}])
        await connection.execute(notebook.insert(notes).on_conflict_do_nothing(), [{"id": 1, "text": "second"}])
        insert = notebook.insert(notes).values([{"id": 2, "text": "y"}])
        await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"text": insert.excluded.text}))
        rows = (await connection.execute(select(notes.c.id, notes.c.text).order_by(notes.c.id))).all()
    assert [tuple(row) for row in rows] == [(1, "first"), (2, "y")]


async def test_a_new_sqlite_file_is_its_owners_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/records.sqlite")
    await database.upgrade()
    async with database.reading() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar_one() == 2
    assert stat.S_IMODE((tmp_path / "deep/records.sqlite").stat().st_mode) == 0o600
    await database.close()


async def test_a_sqlite_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    database = Database(f"sqlite:///{tmp_path}/file/records.sqlite")
    with pytest.raises(StoreFault, match="did not do"):
        await database.upgrade()
    with pytest.raises(StoreFault, match="unable to open"):
        async with database.reading():
            pass
    for thread in threading.enumerate():  # a driver whose connecting failed ends its thread by itself, and needs this loop to say so
        if "_connection_worker" in thread.name:
            await asyncio.to_thread(thread.join, 5)


async def test_a_server_that_stops_is_away_until_it_is_back() -> None:
    server = PostgresServer()

    async def write_while_it_stops(database: Database) -> None:
        async with database.writing() as connection:
            await connection.execute(notes.insert(), [{"id": 1}])
            server.stop()
            await connection.execute(notes.insert(), [{"id": 2}])

    try:
        server.start()
        database = Database(server.new_database())
        async with database.writing() as connection:
            await connection.run_sync(own.create_all)
        with pytest.raises(StoreFault):
            await write_while_it_stops(database)
        with pytest.raises(StoreFault):
            await count(database)
        server.start()
        assert await count(database) == 0
        await database.close()
    finally:
        server.remove()


@pytest.mark.parametrize(
    ("url", "said"), [("mysql://h/x", "mysql is not supported"), ("sqlite://", "in memory"), ("garbage", "cannot be read")]
)
def test_a_url_that_names_no_usable_database_is_refused(url: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        Database(url)
