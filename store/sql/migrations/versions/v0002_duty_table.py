"""The duty table (值班表): who is on duty on which day."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DOCUMENT: Final = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PLAIN_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "duty_days",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("duty_id", PLAIN_TEXT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("group_name", PLAIN_TEXT, nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False, comment="minute of the day"),
        sa.Column("ends", sa.Integer(), nullable=False, comment="no later than it begins: on the next day"),
        sa.Column("seats", DOCUMENT, nullable=False),
        sa.Column("agents", DOCUMENT, nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("source", DOCUMENT, nullable=True, comment="{file, sheet, row}"),
        sa.PrimaryKeyConstraint("hotline", "duty_id", name=op.f("pk_duty_days")),
    )
    op.create_index(op.f("ix_duty_days_hotline_day"), "duty_days", ["hotline", "day"], unique=False)


def downgrade() -> None:
    """Drop it."""
    op.drop_table("duty_days")
