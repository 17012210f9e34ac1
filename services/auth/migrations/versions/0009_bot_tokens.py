"""Tokens of bots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bot_tokens",
        sa.Column("session_id", sa.BigInteger, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, comment="SHA-256; the token is nowhere"),
        sa.Column("expires_at", MOMENT, comment="null: never; what counts is that of the session"),
        sa.Column("last_used_at", MOMENT),
        sa.PrimaryKeyConstraint("session_id", name="pk_bot_tokens"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_bot_tokens_session_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_bot_tokens_token_hash"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_bot_tokens_token_hash")),
        sa.CheckConstraint("scopes <@ ARRAY['read', 'paint', 'moderate']", name=op.f("ck_bot_tokens_scopes")),
        comment="Each is a session without refresh tokens.",
    )


def downgrade() -> None:
    op.execute("DELETE FROM sessions WHERE id IN (SELECT session_id FROM bot_tokens)")
    op.drop_table("bot_tokens")
