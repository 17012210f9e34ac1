"""The mode place: its settings, the charges of artists, and what was placed a moment ago."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

MODE = "ck_canvases_collaboration_mode"
KIND = "ck_revisions_kind"
OLD_MODES = "'free', 'tile-lock', 'area-lock', 'review'"
OLD_KINDS = "'created', 'painted', 'stroke', 'described', 'reverted', 'rolled_back', 'deleted', 'restored'"


def upgrade() -> None:
    op.add_column(
        "canvases",
        sa.Column("cooldown_seconds", sa.Integer(), comment="in which an artist gains a charge; 0: no limit"),
    )
    op.add_column("canvases", sa.Column("max_charges", sa.Integer()))
    op.add_column(
        "canvases",
        sa.Column("starts_at", sa.DateTime(timezone=True), comment="from when pixels may be placed"),
    )
    op.add_column(
        "canvases",
        sa.Column("ends_at", sa.DateTime(timezone=True), comment="from when they may no longer be placed"),
    )
    op.add_column(
        "canvases", sa.Column("frozen", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    _replace_check(MODE, "canvases", f"collaboration_mode IN ({OLD_MODES}, 'place')")
    op.create_check_constraint(
        op.f("ck_canvases_placing"),
        "canvases",
        "CASE WHEN collaboration_mode = 'place'"
        " THEN coalesce(cooldown_seconds BETWEEN 0 AND 3600 AND max_charges BETWEEN 1 AND 1000, false)"
        " ELSE num_nonnulls(cooldown_seconds, max_charges, starts_at, ends_at) = 0 AND NOT frozen END",
    )
    op.create_check_constraint(op.f("ck_canvases_times"), "canvases", "ends_at > starts_at")
    op.alter_column("tiles", "creator_id", nullable=True, comment="null in place mode")
    _replace_check(KIND, "revisions", f"kind IN ({OLD_KINDS}, 'taken_back')")

    op.create_table(
        "charges",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False, comment="when all charges are back"),
        sa.Column(
            "pixels_placed",
            sa.BigInteger(),
            nullable=False,
            comment="without those that were taken back",
        ),
        sa.CheckConstraint("pixels_placed >= 0", name="pixels_placed"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_charges_canvas_id"),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_charges_artist_id"),
        sa.PrimaryKeyConstraint("canvas_id", "artist_id", name="pk_charges"),
        comment="Artists who placed pixels on a canvas in place mode; who has no row has all charges.",
    )
    op.create_index("ix_charges_artist_id", "charges", ["artist_id"])
    op.create_table(
        "placements",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False, comment="the client's name for it, as JSON"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column(
            "pixels",
            sa.LargeBinary(),
            nullable=False,
            comment="6 bytes per pixel: x, y, colour, the one before",
        ),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("is_taken_back", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("canvas_id", "artist_id", "ref", name="pk_placements"),
        comment="Pixels placed within the last minute: a repeated request finds its answer, an undo its pixels.",
    )


def downgrade() -> None:
    """Downgrade; a canvas in place mode becomes a free one, its tiles those of its owner."""
    op.drop_table("placements")
    op.drop_table("charges")
    op.execute("UPDATE revisions SET kind = 'stroke' WHERE kind = 'taken_back'")
    _replace_check(KIND, "revisions", f"kind IN ({OLD_KINDS})")
    op.execute(
        "UPDATE tiles SET creator_id = owner_id FROM canvases WHERE canvases.id = canvas_id AND creator_id IS NULL"
    )
    op.alter_column("tiles", "creator_id", nullable=False, comment=None)
    op.drop_constraint(op.f("ck_canvases_times"), "canvases")
    op.drop_constraint(op.f("ck_canvases_placing"), "canvases")
    op.execute("UPDATE canvases SET collaboration_mode = 'free' WHERE collaboration_mode = 'place'")
    _replace_check(MODE, "canvases", f"collaboration_mode IN ({OLD_MODES})")
    for name in ("frozen", "ends_at", "starts_at", "max_charges", "cooldown_seconds"):
        op.drop_column("canvases", name)


def _replace_check(name: str, table: str, condition: str) -> None:
    op.drop_constraint(op.f(name), table)
    op.create_check_constraint(op.f(name), table, condition)
