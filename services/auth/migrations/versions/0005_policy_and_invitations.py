"""What the admins decide about who comes in, and invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "policy",
        sa.Column("id", sa.SmallInteger, autoincrement=False),
        sa.Column("registration", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policy"),
        sa.CheckConstraint("id = 1", name=op.f("ck_policy_one_row")),
        sa.CheckConstraint(
            "registration IN ('open', 'invitation', 'closed')", name=op.f("ck_policy_registration")
        ),
        comment="What the admins have decided; without the row, the defaults of the code hold.",
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger),
        sa.Column("code_hash", sa.LargeBinary, nullable=False, comment="SHA-256; the code is nowhere"),
        sa.Column("max_uses", sa.Integer, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("expires_at", MOMENT, comment="null: never"),
        sa.Column("revoked_at", MOMENT),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name="fk_invitations_created_by"),
        sa.UniqueConstraint("code_hash", name="uq_invitations_code_hash"),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_invitations_code_hash")),
        sa.CheckConstraint("uses BETWEEN 0 AND max_uses", name=op.f("ck_invitations_uses")),
    )
    op.create_table(
        "invited_accounts",
        sa.Column("account_id", sa.BigInteger, autoincrement=False),
        sa.Column("invitation_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_invited_accounts"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_invited_accounts_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name="fk_invited_accounts_invitation_id"
        ),
        comment="Which account came by which invitation.",
    )
    op.create_index(
        "ix_invited_accounts_invitation_id_account_id", "invited_accounts", ["invitation_id", "account_id"]
    )


def downgrade() -> None:
    for table in ("invited_accounts", "invitations", "policy"):
        op.drop_table(table)
