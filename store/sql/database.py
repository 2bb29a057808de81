"""The database: how it is reached, and how a transaction is made."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import URL, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from calls.errors import Refused
from store.sql import schema
from store.sql.faults import away, first_line, store_faults

log = structlog.get_logger()

DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
ALLOWED: Final = "write sqlite:///FILE or postgresql://USER@HOST/NAME"
BUSY_MS: Final = 10_000  # how long a SQLite connection waits for another's write
CONNECT_S: Final = 10.0
COMMAND_S: Final = 60.0
_DURABLE: Final = text("SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'")
"""A commit must have reached the disk when it returns, because the fact leaves the stream then, whatever the server's default is."""


class Database:
    """One database, its pool of connections and its migrations.

    Args:
        url: `sqlite:///relative/or//absolute/file` or `postgresql://user@host/name` (`?host=/socket/dir` for a socket).
        pool_size: connections kept open; as many again are opened for a burst.

    Raises: Refused: the URL names no database Zhida can use.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = _checked(url)
        self._engine = _engine(self.url, pool_size)
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        """SQLite has one writer at a time and no row locks; a writing transaction there owns the whole file."""
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end of the block, rolled back by any exception.

        Raises: StoreFault: the database is away or could not do it now; nothing was changed, unless the connection was lost in the
        very commit. Whatever is written so must bear being written again.
        """
        with store_faults():
            async with self._writer.begin() as connection:
                if not self.is_sqlite:
                    await connection.execute(_DURABLE)
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads; on SQLite it neither waits for the writer nor holds him up.

        Raises: StoreFault: the database is away.
        """
        with store_faults():
            async with self._engine.connect() as connection:
                yield connection

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`, which both databases have in their own dialect."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def upgrade(self) -> None:
        """Bring the schema to this version's. Any number of engines may do so at once: one does it, the others find it done.

        Raises: StoreFault: the database is away, or its schema is of a later version than this program.
        """
        if self.is_sqlite:
            _make_file(Path(self.url.database or ""))
        await self._migrate(schema.upgrade)

    async def downgrade(self, revision: str = "base") -> None:
        """Take the schema back to a revision; "base" drops every table with all it holds."""
        await self._migrate(partial(schema.downgrade, revision=revision))

    async def _migrate(self, step: Callable[[Connection], None]) -> None:
        async with self.writing() as connection:
            if not self.is_sqlite:  # SQLite: BEGIN IMMEDIATE owns the file already
                await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({schema.MIGRATION_LOCK})")
            await connection.run_sync(step)

    async def close(self) -> None:
        """Close every connection. The database may be used again; it opens new ones."""
        await self._engine.dispose()


def _checked(written: str) -> URL:
    try:
        url = make_url(written)
    except ArgumentError:
        raise Refused("database_url_unreadable", f"The database's URL cannot be read: {ALLOWED}") from None
    backend = url.get_backend_name()
    if backend not in DRIVERS:
        raise Refused("database_unknown", f"The database {backend} is not supported: {ALLOWED}")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise Refused("database_in_memory", "Records in memory would be lost: name a file, sqlite:///FILE")
    return url.set(drivername=DRIVERS[backend])


def _engine(url: URL, pool_size: int) -> AsyncEngine:
    writes = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, pool_size=pool_size, max_overflow=pool_size, json_serializer=writes)
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "invalidate", _free_sqlite)
        return engine
    settings = {"timeout": CONNECT_S, "command_timeout": COMMAND_S, "server_settings": {"application_name": "zhida", "timezone": "UTC"}}
    return create_async_engine(
        url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, json_serializer=writes, connect_args=settings
    )


def _set_up_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """WAL: readers and the writer do not wait for each other.

    synchronous=FULL because an event is acknowledged, and so may leave the stream, as soon as the commit returns: NORMAL
    could still take that commit back when the power fails. It costs one fsync for each transaction, which is a whole batch.
    """
    connection.isolation_level = None  # BEGIN is ours: the driver would start writing transactions late, and then fail as locked
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _free_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry, __: BaseException | None) -> None:
    """Take back what a cancelled task left half done, before its connection is closed.

    Closing alone would not free the file: SQLite keeps a closed connection, and its lock, as long as a statement of it is
    referred to, and a cancelled task's traceback refers to one.
    """
    try:
        connection.rollback()
    except Exception as error:
        log.warning("rollback_failed", reason=first_line(error))


def _make_file(path: Path) -> None:
    """The records hold telephone numbers: only their owner may read a new file (SQLite gives its -wal the same rights)."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise away(error) from error
