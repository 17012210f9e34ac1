"""Accounts elsewhere that log in here."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="who it is at the issuer; never reassigned there"
        ),
        sa.Column("provider", sa.Text(), nullable=False, comment="id of the provider in AUTH_OIDC_PROVIDERS"),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("last_used_at", MOMENT),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_identities_account_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("account_id", "provider", name="uq_identities_account_id_provider"),
        sa.CheckConstraint("char_length(subject) BETWEEN 1 AND 255", name="subject"),
        comment="Accounts elsewhere that log in to accounts here.",
    )


def downgrade() -> None:
    op.drop_table("identities")
