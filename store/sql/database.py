"""The database: how it is reached, how a transaction is made, and which of its errors mean that it is away."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Table, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from calls.errors import Refused, StoreFault
from store.sql import schema

DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
ALLOWED: Final = "write sqlite:///FILE or postgresql://USER@HOST/NAME"
BUSY_MS: Final = 10_000  # how long a SQLite connection waits for another's write
CONNECT_S: Final = 10.0
COMMAND_S: Final = 60.0
_DURABLE: Final = text("SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'")
"""A commit must have reached the disk when it returns, because the fact leaves the stream then, whatever the server's default is."""
VALUE_CLASSES: Final = frozenset({"22", "23", "54"})
"""Classes of SQLSTATE that blame a value: data exception, constraint, too large for an index."""
AWAY_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
"""Classes of SQLSTATE that tell of the server, not of the statement: connection, rolled back (deadlock), out of
resources, lock not to be had, operator's intervention, system error (PostgreSQL appendix A)."""


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


@contextmanager
def store_faults() -> Iterator[None]:
    """Turn what says that the database is away into StoreFault; leave what the statement itself is to blame for."""
    try:
        yield
    except (OSError, PoolTimeout) as error:
        raise _away(error) from error
    except DBAPIError as error:
        if is_away(error):
            raise _away(error) from error
        raise


def is_away(error: DBAPIError) -> bool:
    """Whether the error tells of the database rather than of the statement and its values."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return isinstance(error, OperationalError)  # locked, full, read-only, unreadable
    state = _sqlstate(error)
    return state[:2] in AWAY_CLASSES if state else isinstance(error, InterfaceError) and not blames_values(error)


def blames_values(error: SQLAlchemyError) -> bool:
    """Whether some value was refused, so that the same statement would do with others."""
    if isinstance(error, IntegrityError | DataError):
        return True
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError)  # refused before it was sent
    if _sqlstate(error)[:2] in VALUE_CLASSES:
        return True
    refused = error.orig.__cause__ if error.orig else None
    return isinstance(refused, ValueError) or (isinstance(error.orig, sqlite3.Error) and isinstance(error, InterfaceError))


def unusable(error: SQLAlchemyError) -> StoreFault:
    """The fault of a database that is there and cannot do what is asked: a missing table, a missing right."""
    return StoreFault("sql_unusable", f"The database cannot do what is asked: {_first_line(error)}")


def _sqlstate(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else ""


def _away(error: BaseException) -> StoreFault:
    return StoreFault("sql_away", f"The database did not do what was asked: {_first_line(error)}")


def _first_line(error: BaseException) -> str:
    """What went wrong, without the statement and its values, which may be telephone numbers."""
    said = str((error.orig or error) if isinstance(error, StatementError) else error)
    return said.splitlines()[0] if said else type(error).__name__


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


def _make_file(path: Path) -> None:
    """The records hold telephone numbers: only their owner may read a new file (SQLite gives its -wal the same rights)."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise _away(error) from error
