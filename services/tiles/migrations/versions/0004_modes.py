"""Areas and reviews: the modes area-lock and review."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MODE = "ck_canvases_collaboration_mode"
# The naming convention put its prefix before the one that 0001 had written out.
FORMER_MODE = "ck_canvases_ck_canvases_collaboration_mode"


def upgrade() -> None:
    """Upgrade."""
    op.drop_constraint(op.f(FORMER_MODE), "canvases")
    op.create_check_constraint(
        op.f(MODE), "canvases", "collaboration_mode IN ('free', 'tile-lock', 'area-lock', 'review')"
    )

    # Compares canvas_id by = in a gist index. A trusted extension: the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "areas",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False, comment="leftmost cell"),
        sa.Column("y", sa.Integer(), nullable=False, comment="topmost cell"),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("x >= 0 AND y >= 0 AND columns >= 1 AND rows >= 1", name="cells"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_areas_canvas_id"),
        sa.ForeignKeyConstraint(["holder_id"], ["artists.id"], name="fk_areas_holder_id"),
        sa.PrimaryKeyConstraint("id", name="pk_areas"),
        comment="Rectangles of cells that artists hold; a row past expires_at is no area.",
    )
    op.create_index("ix_areas_canvas_id_id", "areas", ["canvas_id", "id"])
    op.create_index("ix_areas_expires_at", "areas", ["expires_at"])
    op.create_index("ix_areas_holder_id", "areas", ["holder_id"])
    op.execute(
        "ALTER TABLE areas ADD CONSTRAINT ex_areas_overlap EXCLUDE USING gist ("
        " canvas_id WITH =,"
        " int4range(x, x + columns) WITH &&,"
        " int4range(y, y + rows) WITH &&,"
        " tstzrange(claimed_at, expires_at) WITH &&)"
    )

    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("tile_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "pixels",
            sa.LargeBinary(),
            nullable=True,
            comment="the tile as handed in; dropped when superseded",
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True, comment="of the reviewer, for the artist"),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'approved', 'rejected', 'superseded')", name="status"),
        sa.CheckConstraint("(status = 'superseded') = (pixels IS NULL)", name="pixels"),
        sa.CheckConstraint(
            "(status IN ('approved', 'rejected')) = (decided_at IS NOT NULL)"
            " AND (decided_at IS NULL) = (reviewer_id IS NULL)",
            name="decision",
        ),
        sa.ForeignKeyConstraint(["author_id"], ["artists.id"], name="fk_reviews_author_id"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_reviews_canvas_id"),
        sa.ForeignKeyConstraint(["reviewer_id"], ["artists.id"], name="fk_reviews_reviewer_id"),
        sa.ForeignKeyConstraint(["tile_id"], ["tiles.id"], name="fk_reviews_tile_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        comment="What artists handed in on canvases in review mode; tiles hold approved pixels only.",
    )
    op.create_index("ix_reviews_author_id", "reviews", ["author_id"])
    op.create_index("ix_reviews_canvas_id_status_id", "reviews", ["canvas_id", "status", "id"])
    op.create_index("ix_reviews_reviewer_id", "reviews", ["reviewer_id"])
    op.create_index("ix_reviews_tile_id", "reviews", ["tile_id"])
    op.create_index(
        "uq_reviews_pending",
        "reviews",
        ["tile_id"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    """Downgrade; canvases in a newer mode fall back to the default one."""
    op.drop_table("reviews")
    op.drop_table("areas")
    op.execute("DROP EXTENSION btree_gist")
    op.drop_constraint(op.f(MODE), "canvases")
    op.execute(
        "UPDATE canvases SET collaboration_mode = 'tile-lock' WHERE collaboration_mode IN ('area-lock', 'review')"
    )
    op.create_check_constraint(op.f(FORMER_MODE), "canvases", "collaboration_mode IN ('free', 'tile-lock')")
