"""Links for specialists, what they answer, and the outbox of messages. An answer is neither changed nor deleted, by whatever program."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT: Final = sa.DateTime(timezone=True)
PLAIN_TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
FIXED: Final = "hotline, answer_id, call_id, place, link_id, specialist_id, name, department, kind, text, until, referred_to, at"

_SAYS: Final = "answers are added, never changed or deleted"
_SQLITE: Final = (
    f"CREATE TRIGGER answers_not_changed BEFORE UPDATE OF {FIXED} ON ticket_answers BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
    f"CREATE TRIGGER answers_not_deleted BEFORE DELETE ON ticket_answers BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END",
)
_POSTGRESQL: Final = (
    f"CREATE FUNCTION answers_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$",
    f"CREATE TRIGGER answers_stay BEFORE UPDATE OF {FIXED} OR DELETE ON ticket_answers FOR EACH ROW EXECUTE FUNCTION answers_stay()",
    "CREATE TRIGGER answers_stay_all BEFORE TRUNCATE ON ticket_answers FOR EACH STATEMENT EXECUTE FUNCTION answers_stay()",
)


def upgrade() -> None:
    """Make the tables and what guards the answers."""
    _links()
    _answers()
    _messages()
    for statement in _POSTGRESQL if _is_postgresql() else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; triggers go with their table."""
    for table in ("messages", "ticket_answers", "ticket_links"):
        op.drop_table(table)
    if _is_postgresql():
        op.execute("DROP FUNCTION answers_stay()")


def _links() -> None:
    op.create_table(
        "ticket_links",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("link_id", PLAIN_TEXT, nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("specialist_id", PLAIN_TEXT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("wanted", MOMENT, nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False, comment="how often it was issued; 0: it is still to be"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the present code's key"),
        sa.Column("issued", MOMENT),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("expires", MOMENT),
        sa.Column("revoked", MOMENT),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("shown", MOMENT),
        sa.Column("opened", MOMENT),
        sa.PrimaryKeyConstraint("hotline", "link_id", name="pk_ticket_links"),
        sa.UniqueConstraint("hotline", "call_id", "specialist_id", name="uq_ticket_links_hotline_call_id_specialist_id"),
        sa.ForeignKeyConstraint(["hotline", "call_id"], ["calls.hotline", "calls.call_id"], name="fk_ticket_links_hotline_call_id"),
    )
    op.create_index("ix_ticket_links_hotline_issue_wanted", "ticket_links", ["hotline", "issue", "wanted"])


def _answers() -> None:
    op.create_table(
        "ticket_answers",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("answer_id", PLAIN_TEXT, nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="among the ticket's answers, from 1"),
        sa.Column("link_id", PLAIN_TEXT, nullable=False),
        sa.Column("specialist_id", PLAIN_TEXT, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("referred_to", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False, comment="whether the stream of facts has it; the only column that ever changes"),
        sa.PrimaryKeyConstraint("hotline", "answer_id", name="pk_ticket_answers"),
        sa.UniqueConstraint("hotline", "call_id", "place", name="uq_ticket_answers_hotline_call_id_place"),
        sa.ForeignKeyConstraint(
            ["hotline", "link_id"], ["ticket_links.hotline", "ticket_links.link_id"], name="fk_ticket_answers_hotline_link_id"
        ),
    )
    op.create_index("ix_ticket_answers_hotline_told_at", "ticket_answers", ["hotline", "told", "at"])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("hotline", sa.Text(), nullable=False),
        sa.Column("message_id", PLAIN_TEXT, nullable=False),
        sa.Column("link_id", PLAIN_TEXT, nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("number", PLAIN_TEXT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=False, comment="when to try it; of one that is being sent, when its engine must have ended"),
        sa.Column("ended", MOMENT),
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hotline", "message_id", name="pk_messages"),
    )
    op.create_index("ix_messages_hotline_state_due", "messages", ["hotline", "state", "due"])
    op.create_index("ix_messages_hotline_link_id_created", "messages", ["hotline", "link_id", "created"])


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
