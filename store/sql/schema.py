"""The schema's versions: Alembic, driven from the program itself and from inside one transaction."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import Connection

from calls.errors import StoreFault

MIGRATIONS: Final = Path(__file__).parent / "migrations"
MIGRATION_LOCK: Final = 0x5A48494441  # "ZHIDA": the advisory lock that lets one engine migrate at a time


def upgrade(connection: Connection) -> None:
    """Bring the schema to the latest version this program knows.

    Raises: StoreFault: the database is of a version it does not know.
    """
    try:
        command.upgrade(_config(connection), "head")
    except CommandError as error:
        raise StoreFault(
            "sql_schema_unknown", f"The database's schema is of a version this program does not know; run the newer one: {error}"
        ) from error


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to a revision."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
