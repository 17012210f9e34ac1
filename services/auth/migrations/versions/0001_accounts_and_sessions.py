"""Accounts, their sessions, the keys that sign tokens, and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

NOW = sa.func.now()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_verified", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id, with its parameters"),
        sa.Column("roles", postgresql.ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'active'")),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.CheckConstraint("username ~ '^[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]$'", name="ck_accounts_username"),
        sa.CheckConstraint("char_length(username) BETWEEN 3 AND 50", name="ck_accounts_username_length"),
        sa.CheckConstraint("char_length(email) <= 254 AND email LIKE '%_@_%'", name="ck_accounts_email"),
        sa.CheckConstraint("password_hash LIKE '$argon2id$%'", name="ck_accounts_password_hash"),
        sa.CheckConstraint("roles <@ ARRAY['moderator', 'admin']", name="ck_accounts_roles"),
        sa.CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="ck_accounts_status"),
    )
    op.create_index("uq_accounts_username", "accounts", [sa.text("lower(username)")], unique=True)
    op.create_index("uq_accounts_email", "accounts", [sa.text("lower(email)")], unique=True)
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("address", sa.Text, nullable=False, comment="where it was opened from"),
        sa.Column("user_agent", sa.Text, comment="what it was opened with, as it called itself"),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("last_used_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_sessions_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary, comment="SHA-256; the token itself is nowhere"),
        sa.Column("session_id", sa.BigInteger, nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column("rotated_at", MOMENT, comment="null: the session's current token"),
        sa.Column(
            "successor_salt",
            sa.LargeBinary,
            comment="with the token itself gives the token that replaced it",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_tokens"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_refresh_tokens_session_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name="ck_refresh_tokens_token_hash"),
        sa.CheckConstraint(
            "(rotated_at IS NULL) = (successor_salt IS NULL)", name="ck_refresh_tokens_rotated"
        ),
        comment="The family of a session: one current token, and those it replaced, to tell when one comes back.",
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_index("ix_refresh_tokens_rotated_at", "refresh_tokens", ["rotated_at"])
    op.create_index(
        "uq_refresh_tokens_current",
        "refresh_tokens",
        ["session_id"],
        unique=True,
        postgresql_where=sa.text("rotated_at IS NULL"),
    )
    op.create_table(
        "login_throttles",
        sa.Column("key", sa.LargeBinary, comment="SHA-256 of what is counted: a name or an address"),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_throttles"),
        sa.CheckConstraint("failures >= 0", name="ck_login_throttles_failures"),
    )
    op.create_index("ix_login_throttles_expires_at", "login_throttles", ["expires_at"])
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text),
        sa.Column("public_key", sa.LargeBinary, nullable=False, comment="Ed25519, raw"),
        sa.Column("sealed_private_key", sa.LargeBinary, nullable=False, comment="encrypted with AUTH_SECRET"),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.Column(
            "signs_from",
            MOMENT,
            nullable=False,
            server_default=NOW,
            comment="later than its creation by more than the age that published keys may have elsewhere",
        ),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_keys"),
        sa.CheckConstraint("octet_length(public_key) = 32", name="ck_signing_keys_public_key"),
        comment="Every row is published; the newest that signs already signs.",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True)),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("routing_key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 5000},
    )


def downgrade() -> None:
    for table in (
        "outbox",
        "signing_keys",
        "login_throttles",
        "refresh_tokens",
        "sessions",
        "accounts",
    ):
        op.drop_table(table)
