"""Every test of the records runs on both databases."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import store.sql
from store.sql.columns import metadata
from store.sql.database import Database
from tests.postgres_server import PostgresServer

for _module in pkgutil.iter_modules(store.sql.__path__):
    importlib.import_module(f"store.sql.{_module.name}")  # so that metadata knows every table


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/records.sqlite"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.new_database()
    yield url
    server.give_back(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with all tables, as the models have them; that the migrations agree is test_schema's matter."""
    database = Database(database_url)
    async with database.writing() as connection:
        await connection.run_sync(metadata.create_all)
    yield database
    await database.close()
