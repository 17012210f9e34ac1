"""Suspensions, tokens sent by mail, revocations, and the inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
USERNAME = "username ~ '^[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]$'"

# The first migration gave checks full names, and the naming convention added its prefix again.
FIRST_NAME = "ck_accounts_ck_accounts_username"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("suspension_reason", sa.Text))
    op.add_column("accounts", sa.Column("suspended_until", MOMENT, comment="null: for good"))
    op.add_column(
        "accounts",
        sa.Column(
            "version",
            sa.Integer,
            nullable=False,
            server_default=sa.text("0"),
            comment="rises with every change",
        ),
    )
    op.create_index("ix_accounts_suspended_until", "accounts", ["suspended_until"])
    op.execute("UPDATE accounts SET suspension_reason = '' WHERE status = 'suspended'")
    op.create_check_constraint(
        op.f("ck_accounts_suspension_reason"),
        "accounts",
        "(status = 'suspended') = (suspension_reason IS NOT NULL)",
    )
    op.create_check_constraint(
        op.f("ck_accounts_suspended_until"), "accounts", "status = 'suspended' OR suspended_until IS NULL"
    )
    op.drop_constraint(op.f(FIRST_NAME), "accounts")
    op.create_check_constraint(op.f("ck_accounts_username"), "accounts", f"status = 'deleted' OR {USERNAME}")
    op.create_table(
        "revocations",
        sa.Column("id", sa.BigInteger),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("session_id", sa.BigInteger, comment="null: all of the account"),
        sa.Column("before", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revocations"),
        comment="What was broadcast while tokens that it concerns may be valid, for who did not hear it.",
    )
    op.create_index("ix_revocations_before", "revocations", ["before"])
    op.create_table(
        "mail_tokens",
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, comment="SHA-256; the token is in the mail"),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "purpose", name="pk_mail_tokens"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_mail_tokens_account_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_mail_tokens_token_hash"),
        sa.CheckConstraint(
            "purpose IN ('confirm_email', 'reset_password')", name=op.f("ck_mail_tokens_purpose")
        ),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_mail_tokens_token_hash")),
        comment="One of a kind for each account: a newer one takes the place of the older.",
    )
    op.create_index("ix_mail_tokens_expires_at", "mail_tokens", ["expires_at"])
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid),
        sa.Column("received_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("message_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], postgresql_using="brin")


def downgrade() -> None:
    for table in ("inbox", "mail_tokens", "revocations"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_accounts_username"), "accounts")
    # A deleted account keeps a name that the older constraint does not allow.
    op.create_check_constraint(op.f(FIRST_NAME), "accounts", USERNAME, postgresql_not_valid=True)
    for column in ("version", "suspended_until", "suspension_reason"):
        op.drop_column("accounts", column)
