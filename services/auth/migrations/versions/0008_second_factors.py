"""Second factors: authenticator apps, recovery codes, logins that wait for one, and who has to have one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)
NOW = sa.func.now()


def _account_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=f"fk_{table}_account_id", ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column(
        "policy", sa.Column("second_factor", sa.Text, nullable=False, server_default=sa.text("'optional'"))
    )
    op.create_check_constraint(
        op.f("ck_policy_second_factor"), "policy", "second_factor IN ('optional', 'moderators', 'everybody')"
    )
    op.add_column(
        "sessions", sa.Column("confirmed_at", MOMENT, comment="its last second factor; null: none yet")
    )
    op.create_table(
        "totp_secrets",
        sa.Column("account_id", sa.BigInteger, autoincrement=False),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False, comment="encrypted with AUTH_SECRET"),
        sa.Column("confirmed_at", MOMENT, comment="null: no code of it has been seen yet"),
        sa.Column("last_step", sa.BigInteger, comment="of the last code that was used; none is used twice"),
        sa.Column("created_at", MOMENT, nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("account_id", name="pk_totp_secrets"),
        _account_key("totp_secrets"),
        comment="One authenticator app for each account.",
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.BigInteger, autoincrement=False),
        sa.Column("code_hash", sa.LargeBinary, comment="SHA-256; a used code has no row"),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name="pk_recovery_codes"),
        _account_key("recovery_codes"),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_recovery_codes_code_hash")),
    )
    op.create_table(
        "pending_logins",
        sa.Column("token_hash", sa.LargeBinary, comment="SHA-256"),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_pending_logins"),
        _account_key("pending_logins"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_pending_logins_token_hash")),
        comment="Logins whose password was right and whose second factor is awaited.",
    )
    op.create_index("ix_pending_logins_account_id", "pending_logins", ["account_id"])
    op.create_index("ix_pending_logins_expires_at", "pending_logins", ["expires_at"])


def downgrade() -> None:
    for table in ("pending_logins", "recovery_codes", "totp_secrets"):
        op.drop_table(table)
    op.drop_column("sessions", "confirmed_at")
    op.drop_column("policy", "second_factor")
