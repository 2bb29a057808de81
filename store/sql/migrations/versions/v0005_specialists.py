"""Specialists: what the roster's own columns tell, who is away, how each answers, wishes, and tickets left to a department.

The attempts of calls before this version are taken over from their facts.
"""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT: Final = sa.DateTime(timezone=True)
DOCUMENT: Final = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
PLAIN_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KINDS: Final = ("specialist_asked", "specialist_joined", "specialist_attempt_ended", "specialist_left")


def upgrade() -> None:
    """Add the columns, make the tables, and fill what the facts tell already."""
    op.add_column("roster_specialists", sa.Column("topics", DOCUMENT))
    op.add_column("roster_specialists", sa.Column("level", sa.Text()))
    op.add_column("roster_specialists", sa.Column("duty", DOCUMENT))
    op.add_column("roster_specialists", sa.Column("stand_ins", DOCUMENT))
    op.add_column("tickets", sa.Column("department", PLAIN_TEXT, comment="whom the ticket was left to, else empty"))
    op.add_column("tickets", sa.Column("sign_due", MOMENT, comment="until when that department signs for it"))
    op.add_column("tickets", sa.Column("sign_source", sa.Text()))
    op.create_index("ix_tickets_hotline_department_created", "tickets", ["hotline", "department", "created"])
    op.create_table(
        "specialist_absences",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("specialist_id", PLAIN_TEXT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hotline", "specialist_id", name="pk_specialist_absences"),
    )
    op.create_table(
        "specialist_attempts",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("specialist_id", PLAIN_TEXT, nullable=False),
        sa.Column("department", PLAIN_TEXT, nullable=False),
        sa.Column("asked", MOMENT, nullable=False),
        sa.Column("picked_up", sa.Boolean(), nullable=False),
        sa.Column("joined", MOMENT),
        sa.Column("left", MOMENT),
        sa.PrimaryKeyConstraint("hotline", "attempt_id", name="pk_specialist_attempts"),
        comment="each ringing of a specialist's phone, as the facts tell it: for turns and figures",
    )
    op.create_index(
        "ix_specialist_attempts_hotline_specialist_id_asked", "specialist_attempts", ["hotline", "specialist_id", "asked"]
    )
    op.create_index("ix_specialist_attempts_hotline_asked", "specialist_attempts", ["hotline", "asked"])
    op.create_table(
        "specialist_wishes",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("wish_id", PLAIN_TEXT, nullable=False),
        sa.Column("seat_id", sa.Text(), nullable=False),
        sa.Column("made", MOMENT, nullable=False),
        sa.Column("told", MOMENT),
        sa.Column("document", DOCUMENT, nullable=False, comment="FreeWish; the columns before it repeat what is searched for"),
        sa.PrimaryKeyConstraint("hotline", "wish_id", name="pk_specialist_wishes"),
    )
    op.create_index("ix_specialist_wishes_hotline_told_made", "specialist_wishes", ["hotline", "told", "made"])
    _fill()


def _fill() -> None:
    """A row for each attempt that a fact tells was begun."""
    events = sa.table(
        "events", sa.column("hotline"), sa.column("call_id"), sa.column("kind"), sa.column("at", MOMENT), sa.column("document", DOCUMENT)
    )
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    found = op.get_bind().execute(sa.select(events).where(events.c.kind.in_(KINDS)).order_by(events.c.at))
    for event in found:
        told = event.document
        key = event.hotline, str(told.get("attempt_id", ""))
        if event.kind == "specialist_asked":
            rows.setdefault(
                key,
                {
                    "hotline": event.hotline,
                    "attempt_id": key[1],
                    "call_id": event.call_id,
                    "specialist_id": told["specialist_id"],
                    "department": told["department"],
                    "asked": event.at,
                    "picked_up": False,
                    "joined": None,
                    "left": None,
                },
            )
        elif key in rows and event.kind == "specialist_joined":
            rows[key]["joined"] = rows[key]["joined"] or event.at
            rows[key]["picked_up"] = True
        elif key in rows and event.kind == "specialist_left":
            rows[key]["left"] = event.at
        elif key in rows:
            rows[key]["picked_up"] = rows[key]["picked_up"] or told.get("outcome") == "declined"
    if rows:
        names = ("hotline", "attempt_id", "call_id", "specialist_id", "department", "picked_up")
        moments = ("asked", "joined", "left")
        columns = [*(sa.column(name) for name in names), *(sa.column(name, MOMENT) for name in moments)]
        op.bulk_insert(sa.table("specialist_attempts", *columns), list(rows.values()))


def downgrade() -> None:
    """Drop all of it."""
    op.drop_table("specialist_wishes")
    op.drop_table("specialist_attempts")
    op.drop_table("specialist_absences")
    op.drop_index("ix_tickets_hotline_department_created", "tickets")
    for name in ("sign_source", "sign_due", "department"):
        op.drop_column("tickets", name)
    for name in ("stand_ins", "duty", "level", "topics"):
        op.drop_column("roster_specialists", name)
