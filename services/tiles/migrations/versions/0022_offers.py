"""Offers of canvases, which the artists whom they are made to accept or decline."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "canvas_offers",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("heir_id", sa.BigInteger(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("declined_at", sa.DateTime(timezone=True), comment="null: it waits for an answer"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_canvas_offers_canvas_id"),
        sa.ForeignKeyConstraint(["heir_id"], ["artists.id"], name="fk_canvas_offers_heir_id"),
        sa.PrimaryKeyConstraint("canvas_id", name="pk_canvas_offers"),
        comment="To whom owners would give their canvases, one artist per canvas.",
    )
    op.create_index("ix_canvas_offers_heir_id", "canvas_offers", ["heir_id"])


def downgrade() -> None:
    op.drop_table("canvas_offers")
