"""The tables of the records. Each row belongs to a hotline, because a province keeps many in one database."""

from typing import Final

from sqlalchemy import Boolean, Column, Date, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from store.sql.columns import BIG_ID, DOCUMENT, PLAIN_TEXT, Moment, metadata

events: Final = Table(
    "events",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("document", DOCUMENT, nullable=False),
    PrimaryKeyConstraint("hotline", "call_id", "entry_id"),
    comment="Every fact as it came; calls and tickets can be made again from here. entry_id is the stream's, or the audit's own.",
)

calls: Final = Table(
    "calls",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("received", Moment, nullable=False),
    Column("caller_class", Text, nullable=False),
    Column("enterprise", Text, nullable=False),
    Column("seat_id", Text, nullable=False),
    Column("number_reversed", PLAIN_TEXT, nullable=False, comment="so that a number is found by its last digits"),
    Column("end_reason", Text, nullable=False, comment="empty while the call lives"),
    Column("recovered", Boolean, nullable=False),
    Column("faulty", Text, nullable=False, comment="why the record could not be made of the facts, else empty"),
    Column("document", DOCUMENT, nullable=False, comment="tickets.record.CallRecord; the columns before it repeat what is searched for"),
    PrimaryKeyConstraint("hotline", "call_id"),
)
Index(None, calls.c.hotline, calls.c.received, calls.c.call_id)
Index(None, calls.c.hotline, calls.c.number_reversed)
Index(None, calls.c.hotline, calls.c.seat_id, calls.c.received)

tickets: Final = Table(
    "tickets",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("call_id", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("tags", DOCUMENT, nullable=False),
    Column("due", Moment),
    Column("deadline", DOCUMENT, nullable=False, comment="tickets.deadline.Deadline"),
    Column("version", Integer, nullable=False, comment="counts what people wrote; from here on the columns are theirs alone"),
    Column("status", Text, nullable=False),
    Column("type", Text),
    Column("content", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("disposition", Text),
    Column("updated", Moment),
    Column("updated_by", Text, nullable=False),
    Column("department", PLAIN_TEXT, comment="whom the ticket was left to, else empty"),
    Column("sign_due", Moment, comment="until when that department signs for it"),
    Column("sign_source", Text),
    PrimaryKeyConstraint("hotline", "number"),
    UniqueConstraint("hotline", "call_id"),
    ForeignKeyConstraint(["hotline", "call_id"], ["calls.hotline", "calls.call_id"]),
)
Index(None, tickets.c.hotline, tickets.c.status, tickets.c.due)
Index("ix_tickets_hotline_department_created", tickets.c.hotline, tickets.c.department, tickets.c.created)

ticket_days: Final = Table(
    "ticket_days",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("hotline", "day"),
    comment="the last running number given to a ticket of that day's calls",
)

acts: Final = Table(
    "acts",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("act_id", PLAIN_TEXT, nullable=False),
    Column("came_of", Text, nullable=False, comment="empty as it is told before it is done; else why it was not"),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", PLAIN_TEXT, nullable=False),
    Column("why", Text, nullable=False),
    Column("detail", DOCUMENT),
    PrimaryKeyConstraint("hotline", "act_id", "came_of"),
)
Index(None, acts.c.hotline, acts.c.at, acts.c.act_id)
Index(None, acts.c.hotline, acts.c.subject, acts.c.at)

events_set_aside: Final = Table(
    "events_set_aside",
    metadata,
    Column("id", BIG_ID, primary_key=True),
    Column("hotline", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    UniqueConstraint("hotline", "entry_id"),
    comment="what came through the stream and could not become part of a record",
)

callbacks: Final = Table(
    "callbacks",
    metadata,
    Column("hotline", Text, nullable=False),
    Column("task_id", Text, nullable=False),
    Column("number", PLAIN_TEXT, nullable=False),
    Column("open_number", PLAIN_TEXT, comment="the number while the task is open: a number has one open task at a time"),
    Column("precedence", Integer, nullable=False),
    Column("arrived", Moment, nullable=False),
    Column("closed", Moment),
    Column("rung", Integer, nullable=False, comment="how often his phone was rung"),
    Column("chosen", Boolean, nullable=False, comment="he chose it by key"),
    Column("wished", Boolean, nullable=False, comment="he chose it by key, and that was not tried yet"),
    Column("document", DOCUMENT, nullable=False, comment="CallbackTask; the columns before it repeat what is searched for"),
    PrimaryKeyConstraint("hotline", "task_id"),
    UniqueConstraint("hotline", "open_number"),
)
Index(None, callbacks.c.hotline, callbacks.c.precedence, callbacks.c.arrived, callbacks.c.task_id)
Index(None, callbacks.c.hotline, callbacks.c.number)
