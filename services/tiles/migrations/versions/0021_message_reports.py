"""Reports of messages: who reported which, once each and not too many."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "message_reports",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_message_reports_message_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["artists.id"], name="fk_message_reports_reporter_id"),
        sa.PrimaryKeyConstraint("message_id", "reporter_id", name="pk_message_reports"),
        comment="Each was sent to the moderators with what was written around it.",
    )
    op.create_index(
        "ix_message_reports_reporter_id_created_at", "message_reports", ["reporter_id", "created_at"]
    )


def downgrade() -> None:
    op.drop_table("message_reports")
