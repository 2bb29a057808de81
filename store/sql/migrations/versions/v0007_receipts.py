"""Messages are found by the gateway's own id of them, by which its receipts call them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_messages_hotline_gateway_id", "messages", ["hotline", "gateway_id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_messages_hotline_gateway_id", "messages")
