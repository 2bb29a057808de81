"""The log of acts: rows are added, and neither changed nor deleted, by whatever program."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT: Final = sa.DateTime(timezone=True)
DOCUMENT: Final = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PLAIN_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_SQLITE: Final = (
    "CREATE TRIGGER acts_not_changed BEFORE UPDATE ON acts BEGIN SELECT RAISE(ABORT, 'acts are added, never changed'); END",
    "CREATE TRIGGER acts_not_deleted BEFORE DELETE ON acts BEGIN SELECT RAISE(ABORT, 'acts are added, never deleted'); END",
)
_POSTGRESQL: Final = (
    """CREATE FUNCTION acts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'acts are added, never changed or deleted'; END $$""",
    "CREATE TRIGGER acts_stay BEFORE UPDATE OR DELETE ON acts FOR EACH ROW EXECUTE FUNCTION acts_stay()",
    "CREATE TRIGGER acts_stay_all BEFORE TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION acts_stay()",
)


def upgrade() -> None:
    """Make the table and what guards it."""
    op.create_table(
        "acts",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("act_id", PLAIN_TEXT, nullable=False),
        sa.Column("came_of", sa.Text(), nullable=False, comment="empty as it is told before it is done; else why it was not"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", PLAIN_TEXT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=True),
        sa.PrimaryKeyConstraint("hotline", "act_id", "came_of", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_hotline_at_act_id"), "acts", ["hotline", "at", "act_id"], unique=False)
    op.create_index(op.f("ix_acts_hotline_subject_at"), "acts", ["hotline", "subject", "at"], unique=False)
    for statement in _POSTGRESQL if _is_postgresql() else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; triggers go with their table."""
    op.drop_table("acts")
    if _is_postgresql():
        op.execute("DROP FUNCTION acts_stay()")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
