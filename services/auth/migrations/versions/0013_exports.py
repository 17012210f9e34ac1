"""Exports of all data of an account."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "export_jobs",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="of the next part"
        ),
        sa.Column(
            "file", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="that the part is of"
        ),
        sa.Column(
            "position", sa.Text(), comment="key of the last row sent of that file, as JSON; null: none yet"
        ),
        sa.Column(
            "rows", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="sent of that file"
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("export_id", name="pk_export_jobs"),
        comment="Exports that this service has not sent all its parts of.",
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger()),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("completed_at", MOMENT, comment="null: parts are missing"),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exports"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_exports_account_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("account_id", name="uq_exports_account_id"),
        comment="One for each account: a newer one takes the place of the older.",
    )
    op.create_index("ix_exports_expires_at", "exports", ["expires_at"])
    op.create_table(
        "export_parts",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("export_id", "service", "number", name="pk_export_parts"),
        sa.ForeignKeyConstraint(
            ["export_id"], ["exports.id"], name="fk_export_parts_export_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("service IN ('auth', 'users', 'tiles')", name="service"),
        sa.CheckConstraint("number >= 0", name="number"),
        comment="What the services have sent so far, in the order of their numbers.",
    )


def downgrade() -> None:
    op.drop_table("export_parts")
    op.drop_table("exports")
    op.drop_table("export_jobs")
