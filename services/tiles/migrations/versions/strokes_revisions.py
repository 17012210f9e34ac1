"""Revisions: every change of every tile."""

import sqlalchemy as sa
from alembic import op

revision = "strokes"
down_revision = "0001"


def upgrade() -> None:
    """Climb."""
    op.create_table(
        "revisions",
        sa.Column("tile_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "pixels",
            sa.LargeBinary(),
            nullable=True,
            comment="the whole tile after the change, zlib-compressed",
        ),
        sa.Column(
            "stroke",
            sa.LargeBinary(),
            nullable=True,
            comment="3 bytes a pixel: offset as big-endian uint16, colour",
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('created', 'painted', 'stroke', 'described', 'reverted', 'rolled_back', 'deleted', 'restored')",
            name="ck_revisions_kind",
        ),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_revisions_canvas_id"),
        sa.ForeignKeyConstraint(["author_id"], ["artists.id"], name="fk_revisions_author_id"),
        sa.PrimaryKeyConstraint("tile_id", "version", name="pk_revisions"),
        comment="Every change of every tile. No foreign key to tiles: history outlives a deleted tile.",
    )
    op.create_index(
        "ix_revisions_canvas_id_occurred_at", "revisions", ["canvas_id", "occurred_at"], unique=False
    )
    op.create_index(
        "ix_revisions_author_id_canvas_id",
        "revisions",
        ["author_id", "canvas_id", "occurred_at"],
        unique=False,
    )


def downgrade() -> None:
    """Climb down."""
    op.drop_table("revisions")
