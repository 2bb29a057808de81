"""The first schema: facts, calls and tickets; what they are for is said in the tables' comments."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT: Final = sa.DateTime(timezone=True)
BIG_ID: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT: Final = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PLAIN_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table."""
    _calls()
    _events()
    _events_set_aside()
    _ticket_days()
    _tickets()


def downgrade() -> None:
    """Drop every table."""
    for table in ("tickets", "ticket_days", "events_set_aside", "events", "calls"):
        op.drop_table(table)


def _calls() -> None:
    op.create_table(
        "calls",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("received", MOMENT, nullable=False),
        sa.Column("caller_class", sa.Text(), nullable=False),
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("seat_id", sa.Text(), nullable=False),
        sa.Column("number_reversed", PLAIN_TEXT, nullable=False, comment="so that a number is found by its last digits"),
        sa.Column("end_reason", sa.Text(), nullable=False, comment="empty while the call lives"),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.Column("faulty", sa.Text(), nullable=False, comment="why the record could not be made of the facts, else empty"),
        sa.Column(
            "document", DOCUMENT, nullable=False, comment="tickets.record.CallRecord; the columns before it repeat what is searched for"
        ),
        sa.PrimaryKeyConstraint("hotline", "call_id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_hotline_number_reversed"), "calls", ["hotline", "number_reversed"], unique=False)
    op.create_index(op.f("ix_calls_hotline_received_call_id"), "calls", ["hotline", "received", "call_id"], unique=False)
    op.create_index(op.f("ix_calls_hotline_seat_id_received"), "calls", ["hotline", "seat_id", "received"], unique=False)


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("hotline", "call_id", "entry_id", name=op.f("pk_events")),
        comment="Every fact as it came; calls and tickets can be made again from here. entry_id is the stream's, or the audit's own.",
    )


def _events_set_aside() -> None:
    op.create_table(
        "events_set_aside",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events_set_aside")),
        sa.UniqueConstraint("hotline", "entry_id", name=op.f("uq_events_set_aside_hotline_entry_id")),
        comment="what came through the stream and could not become part of a record",
    )


def _ticket_days() -> None:
    op.create_table(
        "ticket_days",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hotline", "day", name=op.f("pk_ticket_days")),
        comment="the last running number given to a ticket of that day's calls",
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("tags", DOCUMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("deadline", DOCUMENT, nullable=False, comment="tickets.deadline.Deadline"),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts what people wrote; from here on the columns are theirs alone"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("updated", MOMENT, nullable=True),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["hotline", "call_id"], ["calls.hotline", "calls.call_id"], name=op.f("fk_tickets_hotline_call_id")),
        sa.PrimaryKeyConstraint("hotline", "number", name=op.f("pk_tickets")),
        sa.UniqueConstraint("hotline", "call_id", name=op.f("uq_tickets_hotline_call_id")),
    )
    op.create_index(op.f("ix_tickets_hotline_status_due"), "tickets", ["hotline", "status", "due"], unique=False)
