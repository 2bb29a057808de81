"""The one `metadata` all tables hang on, and the column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of Zhida. Names of constraints are fixed, so that a migration can name them on both databases."""

BIG_ID: Final[TypeEngine[int]] = BigInteger().with_variant(Integer, "sqlite")
"""A running number as primary key; SQLite counts only an INTEGER by itself."""

DOCUMENT: Final[TypeEngine[Any]] = JSON().with_variant(JSONB, "postgresql")
"""A JSON value. Run it through `clean()` where any of it comes from outside."""

PLAIN_TEXT: Final[TypeEngine[str]] = Text().with_variant(Text(collation="C"), "postgresql")
"""Text sorted by its bytes, so that a prefix is a range of the index whatever the database's language."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: timestamptz on PostgreSQL, sortable text on SQLite. Only aware times go in and come out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC; SQLite's text carries no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} says no time zone; the records keep aware times only")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def clean(value: object) -> Any:  # noqa: ANN401 - any JSON value in, the same shape out
    """The value with what PostgreSQL cannot hold in a text (NUL, half a surrogate pair) replaced by U+FFFD, at any depth.

    A caller's display name may hold anything; a call must not stay unrecorded for it.
    """
    if isinstance(value, str):
        return value if value.isprintable() else value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value
