"""Revisions: every change of every tile."""

import zlib

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_BATCH = 500

_TILES = sa.text("SELECT tiles.*, canvases.seq FROM tiles JOIN canvases ON canvases.id = canvas_id")
_KEEP = sa.text(
    "INSERT INTO revisions (tile_id, version, canvas_id, seq, x, y, author_id, kind, pixels, details, occurred_at)"
    " VALUES (:id, :version, :canvas_id, :seq, :x, :y, :creator_id, 'created', :compressed,"
    " jsonb_build_object('title', CAST(:title AS text), 'description', CAST(:description AS text),"
    " 'is_public', CAST(:is_public AS boolean)), :created_at)"
)


def upgrade() -> None:
    """Upgrade; the history of existing tiles begins with their current state."""
    op.create_table(
        "revisions",
        sa.Column("tile_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pixels", sa.LargeBinary(), nullable=True, comment="the whole tile, zlib-compressed"),
        sa.Column(
            "stroke",
            sa.LargeBinary(),
            nullable=True,
            comment="3 bytes a pixel: offset as big-endian uint16, colour as uint8",
        ),
        sa.Column(
            "details",
            postgresql.JSONB(),
            nullable=True,
            comment="title, description, is_public; null of a stroke",
        ),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('created', 'painted', 'stroke', 'described', 'reverted', 'rolled_back', 'deleted',"
            " 'restored')",
            name="ck_revisions_kind",
        ),
        sa.ForeignKeyConstraint(["author_id"], ["artists.id"], name="fk_revisions_author_id"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_revisions_canvas_id"),
        sa.PrimaryKeyConstraint("tile_id", "version", name="pk_revisions"),
        comment="Every change of every tile. No foreign key to tiles: history outlives a deleted tile.",
    )
    op.create_index("ix_revisions_canvas_id_occurred_at", "revisions", ["canvas_id", "occurred_at"])
    op.create_index(
        "ix_revisions_author_id_canvas_id_occurred_at", "revisions", ["author_id", "canvas_id", "occurred_at"]
    )
    op.create_index(
        "ix_revisions_details",
        "revisions",
        ["tile_id", "version"],
        postgresql_where=sa.text("details IS NOT NULL"),
    )
    op.create_index(
        "ix_revisions_deleted",
        "revisions",
        ["canvas_id", "occurred_at"],
        postgresql_where=sa.text("kind = 'deleted'"),
    )

    connection = op.get_bind()
    for rows in connection.execute(_TILES).mappings().partitions(_BATCH):
        connection.execute(
            _KEEP, [{**row, "compressed": zlib.compress(bytes(row["pixels"]))} for row in rows]
        )


def downgrade() -> None:
    """Downgrade."""
    op.drop_table("revisions")
