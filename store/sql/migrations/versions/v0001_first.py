"""The first schema: facts, calls, tickets, and the lists engines hold in memory; the comments say what each is for."""

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
    _list_versions()
    _roster_specialists()
    _ticket_days()
    _whitelist_entries()
    _list_changes()
    _tickets()
    _whitelist_numbers()


def downgrade() -> None:
    """Drop every table."""
    for table in (
        "whitelist_numbers",
        "tickets",
        "list_changes",
        "whitelist_entries",
        "ticket_days",
        "roster_specialists",
        "list_versions",
        "events_set_aside",
        "events",
        "calls",
    ):
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


def _list_versions() -> None:
    op.create_table(
        "list_versions",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False, comment="whitelist or roster"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hotline", "list", "version", name=op.f("pk_list_versions")),
    )


def _roster_specialists() -> None:
    op.create_table(
        "roster_specialists",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("specialist_id", PLAIN_TEXT, nullable=False),
        sa.Column("unit", PLAIN_TEXT, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="in the order of the unit"),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("office", DOCUMENT, nullable=False, comment="numbers as people write them"),
        sa.Column("mobile", DOCUMENT, nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("source", DOCUMENT, nullable=True, comment="{file, sheet, row}"),
        sa.PrimaryKeyConstraint("hotline", "specialist_id", name=op.f("pk_roster_specialists")),
    )
    op.create_index(
        op.f("ix_roster_specialists_hotline_unit_place_specialist_id"),
        "roster_specialists",
        ["hotline", "unit", "place", "specialist_id"],
        unique=False,
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


def _whitelist_entries() -> None:
    op.create_table(
        "whitelist_entries",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("entry_id", PLAIN_TEXT, nullable=False, comment="in the order of its bytes the index in memory is built"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", PLAIN_TEXT, nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("industry", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("contacts", DOCUMENT, nullable=False, comment="[{role, name, numbers: [{pattern, extension}]}]"),
        sa.Column("source", DOCUMENT, nullable=True, comment="{file, sheet, row}"),
        sa.PrimaryKeyConstraint("hotline", "entry_id", name=op.f("pk_whitelist_entries")),
    )
    op.create_index(op.f("ix_whitelist_entries_hotline_name_entry_id"), "whitelist_entries", ["hotline", "name", "entry_id"], unique=False)


def _list_changes() -> None:
    op.create_table(
        "list_changes",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False, comment="added, changed or removed"),
        sa.ForeignKeyConstraint(
            ["hotline", "list", "version"],
            ["list_versions.hotline", "list_versions.list", "list_versions.version"],
            name=op.f("fk_list_changes_hotline_list_version"),
        ),
        sa.PrimaryKeyConstraint("hotline", "list", "version", "item_id", name=op.f("pk_list_changes")),
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


def _whitelist_numbers() -> None:
    op.create_table(
        "whitelist_numbers",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("pattern", PLAIN_TEXT, nullable=False, comment="E.164; open last digits of a block are x"),
        sa.Column("entry_id", PLAIN_TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["hotline", "entry_id"],
            ["whitelist_entries.hotline", "whitelist_entries.entry_id"],
            name=op.f("fk_whitelist_numbers_hotline_entry_id"),
        ),
        sa.PrimaryKeyConstraint("hotline", "pattern", "entry_id", name=op.f("pk_whitelist_numbers")),
        comment="What is searched for; whose a number is stands in the entry's contacts",
    )
    op.create_index(op.f("ix_whitelist_numbers_hotline_entry_id"), "whitelist_numbers", ["hotline", "entry_id"], unique=False)
