"""The call-back list. Callers who left before this version are put on it when their records are folded again."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT: Final = sa.DateTime(timezone=True)
DOCUMENT: Final = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PLAIN_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "callbacks",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("number", PLAIN_TEXT, nullable=False),
        sa.Column("open_number", PLAIN_TEXT, comment="the number while the task is open: a number has one open task at a time"),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("arrived", MOMENT, nullable=False),
        sa.Column("closed", MOMENT),
        sa.Column("rung", sa.Integer(), nullable=False, comment="how often his phone was rung"),
        sa.Column("chosen", sa.Boolean(), nullable=False, comment="he chose it by key"),
        sa.Column("wished", sa.Boolean(), nullable=False, comment="he chose it by key, and that was not tried yet"),
        sa.Column("document", DOCUMENT, nullable=False, comment="CallbackTask; the columns before it repeat what is searched for"),
        sa.PrimaryKeyConstraint("hotline", "task_id", name="pk_callbacks"),
        sa.UniqueConstraint("hotline", "open_number", name="uq_callbacks_hotline_open_number"),
    )
    op.create_index("ix_callbacks_hotline_number", "callbacks", ["hotline", "number"])
    op.create_index(
        "ix_callbacks_hotline_precedence_arrived_task_id", "callbacks", ["hotline", "precedence", "arrived", "task_id"]
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("callbacks")
