"""Which of the database's errors mean that it is away, and which that a value cannot be kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from calls.errors import StoreFault

VALUE_CLASSES: Final = frozenset({"22", "23", "54"})
"""Classes of SQLSTATE that blame a value: data exception, constraint, too large for an index."""
AWAY_CLASSES: Final = frozenset({"08", "40", "53", "55", "57", "58"})
"""Classes of SQLSTATE that tell of the server, not of the statement: connection, rolled back (deadlock), out of
resources, lock not to be had, operator's intervention, system error (PostgreSQL appendix A)."""


@contextmanager
def store_faults() -> Iterator[None]:
    """Turn the database's own faults into StoreFault; errors that blame a value (StatementError) go on as they are.

    sql_away: it cannot be reached, or could not do it now. sql_unusable: a table or a right is missing, a password is wrong.
    """
    try:
        yield
    except (OSError, PoolTimeout) as error:
        raise away(error) from error
    except DBAPIError as error:
        if is_away(error):
            raise away(error) from error
        if not blames_values(error):
            raise StoreFault("sql_unusable", f"The database cannot do what is asked: {first_line(error)}") from error
        raise


def is_away(error: DBAPIError) -> bool:
    """Whether the error tells of the database rather than of the statement and its values."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        return isinstance(error, OperationalError)  # locked, full, read-only, unreadable
    state = _sqlstate(error)
    return state[:2] in AWAY_CLASSES if state else isinstance(error, InterfaceError) and not blames_values(error)


def blames_values(error: DBAPIError) -> bool:
    """Whether some value was refused, so that the same statement would do with others."""
    if isinstance(error, IntegrityError | DataError):
        return True
    if _sqlstate(error)[:2] in VALUE_CLASSES:
        return True
    refused = error.orig.__cause__ if error.orig else None
    return isinstance(refused, ValueError) or (isinstance(error.orig, sqlite3.Error) and isinstance(error, InterfaceError))


def _sqlstate(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else ""


def away(error: BaseException) -> StoreFault:
    """The fault of a database that cannot be reached, or could not do it now."""
    return StoreFault("sql_away", f"The database did not do what was asked: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """What went wrong, without the statement and its values, which may be telephone numbers."""
    said = str((error.orig or error) if isinstance(error, StatementError) else error)
    return said.splitlines()[0] if said else type(error).__name__
