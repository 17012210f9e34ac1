"""Tokens that change the address of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NAME = "ck_mail_tokens_purpose"


def upgrade() -> None:
    op.add_column(
        "mail_tokens",
        sa.Column("new_email", sa.Text, comment="the address that the token was sent to, of change_email"),
    )
    op.drop_constraint(op.f(NAME), "mail_tokens")
    op.create_check_constraint(
        op.f(NAME), "mail_tokens", "purpose IN ('confirm_email', 'reset_password', 'change_email')"
    )
    op.create_check_constraint(
        op.f("ck_mail_tokens_new_email"),
        "mail_tokens",
        "(purpose = 'change_email') = (new_email IS NOT NULL)",
    )


def downgrade() -> None:
    op.execute("DELETE FROM mail_tokens WHERE purpose = 'change_email'")
    op.drop_column("mail_tokens", "new_email")
    op.drop_constraint(op.f(NAME), "mail_tokens")
    op.create_check_constraint(op.f(NAME), "mail_tokens", "purpose IN ('confirm_email', 'reset_password')")
