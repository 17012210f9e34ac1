"""Challenges: when they are required, and which were used."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("policy", sa.Column("challenge", sa.Text, nullable=False, server_default=sa.text("'auto'")))
    op.create_check_constraint(
        op.f("ck_policy_challenge"), "policy", "challenge IN ('auto', 'always', 'off')"
    )
    op.create_table(
        "used_challenges",
        sa.Column("nonce", sa.LargeBinary),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_used_challenges"),
        comment="Solved challenges are accepted once; a row outlives its challenge.",
    )
    op.create_index("ix_used_challenges_expires_at", "used_challenges", ["expires_at"])


def downgrade() -> None:
    op.drop_table("used_challenges")
    op.drop_column("policy", "challenge")
