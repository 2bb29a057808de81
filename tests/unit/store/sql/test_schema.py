"""The migrations: they make what the program expects, together or alone, forwards and back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from calls.errors import StoreFault
from store.sql.columns import metadata
from store.sql.database import Database
from tests.unit.store.sql.stories import a_store, facts, the_records
from tests.unit.tickets.builders import CALL, served
from tickets.fold import fold


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


async def test_the_migrations_make_what_the_program_expects(empty: Database) -> None:
    await empty.upgrade()
    async with empty.reading() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(tables) == {*metadata.tables, "alembic_version"}


async def test_they_can_be_taken_back(empty: Database) -> None:
    await empty.upgrade()
    await empty.downgrade()
    async with empty.reading() as connection:
        assert await connection.run_sync(tables) == {"alembic_version"}
    await empty.upgrade()
    async with empty.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_records_are_kept_in_what_they_made_and_survive_another_start(empty: Database) -> None:
    await empty.upgrade()
    await a_store(empty).keep(facts(served()))
    await empty.upgrade()
    assert await the_records(empty).call(CALL) == fold(served())


async def test_any_number_of_engines_may_start_at_once(database_url: str) -> None:
    engines = [Database(database_url) for _ in range(5)]
    try:
        await asyncio.gather(*(engine.upgrade() for engine in engines))
        async with engines[0].reading() as connection:
            assert (await connection.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1
            assert await connection.run_sync(differences) == []
    finally:
        for engine in engines:
            await engine.close()


async def test_a_schema_of_a_later_version_is_left_alone(empty: Database) -> None:
    await empty.upgrade()
    async with empty.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreFault, match="run the newer one"):
        await empty.upgrade()
    async with empty.reading() as connection:
        assert await connection.run_sync(tables) == {*metadata.tables, "alembic_version"}
