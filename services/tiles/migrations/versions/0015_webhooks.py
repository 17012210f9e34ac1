"""Webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

MOMENT = sa.DateTime(timezone=True)
ZERO = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger()),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="that deliveries are signed with"),
        sa.Column(
            "delivered_seq", sa.BigInteger(), nullable=False, comment="of the last change that was delivered"
        ),
        sa.Column(
            "attempt", sa.Integer(), nullable=False, server_default=ZERO, comment="rises with each; a fence"
        ),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=ZERO, comment="in a row"),
        sa.Column("next_attempt_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("delivered_at", MOMENT),
        sa.Column("last_error", sa.Text()),
        sa.Column("disabled_at", MOMENT, comment="it failed for too long"),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_webhooks_canvas_id"),
        sa.CheckConstraint("octet_length(secret) = 32", name="secret"),
        sa.CheckConstraint("char_length(url) <= 500", name="url"),
        comment="Addresses that the changes of a canvas are sent to, from its journal.",
    )
    op.create_index("ix_webhooks_canvas_id", "webhooks", ["canvas_id"])


def downgrade() -> None:
    op.drop_table("webhooks")
