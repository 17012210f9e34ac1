"""Pixels that artists place on canvases in place mode."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CHECK = "ck_artist_stats_not_negative"
COUNTS = "tiles_created >= 0 AND likes_received >= 0 AND canvases_created >= 0"


def upgrade() -> None:
    op.add_column(
        "artist_stats",
        sa.Column("pixels_painted", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.drop_constraint(op.f(CHECK), "artist_stats")
    op.create_check_constraint(op.f(CHECK), "artist_stats", f"{COUNTS} AND pixels_painted >= 0")
    op.create_index(
        "ix_artist_stats_pixels_painted_artist_id", "artist_stats", ["pixels_painted", "artist_id"]
    )
    op.create_table(
        "known_placings",
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("pixels", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="of the canvas when they were counted"),
        sa.CheckConstraint("pixels >= 0", name="pixels"),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artist_stats.artist_id"], name="fk_known_placings_artist_id"
        ),
        sa.PrimaryKeyConstraint("artist_id", "canvas_id", name="pk_known_placings"),
        comment="Pixels that artists have placed on canvases in place mode, as their newest event says.",
    )


def downgrade() -> None:
    op.drop_table("known_placings")
    op.drop_index("ix_artist_stats_pixels_painted_artist_id", "artist_stats")
    op.drop_constraint(op.f(CHECK), "artist_stats")
    op.create_check_constraint(op.f(CHECK), "artist_stats", COUNTS)
    op.drop_column("artist_stats", "pixels_painted")
