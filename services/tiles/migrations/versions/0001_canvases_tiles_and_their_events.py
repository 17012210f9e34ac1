"""Canvases, tiles, locks, likes, the journal, artists, outbox and inbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Upgrade."""
    op.create_table(
        "artists",
        sa.Column(
            "id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the account's id in auth"
        ),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True, comment="null until the artist chose one"),
        sa.Column("profile_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_artists"),
        comment="What tiles knows of accounts, from the first token seen or from events, whichever came first.",
    )

    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], unique=False, postgresql_using="brin")

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("routing_key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 5000},
    )

    op.create_table(
        "spent_tickets",
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti", name="pk_spent_tickets"),
        comment="WebSocket tickets already used; a ticket counts once, whichever process it reaches.",
    )
    op.create_index("ix_spent_tickets_expires_at", "spent_tickets", ["expires_at"], unique=False)

    op.create_table(
        "canvases",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("tile_size", sa.Integer(), nullable=False),
        sa.Column("palette", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("collaboration_mode", sa.Text(), nullable=False),
        sa.Column("max_tiles_per_user", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("tile_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="number of the last change",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "collaboration_mode IN ('free', 'tile-lock')", name="ck_canvases_collaboration_mode"
        ),
        sa.CheckConstraint("cardinality(palette) BETWEEN 2 AND 255", name="ck_canvases_palette"),
        sa.CheckConstraint("char_length(name) BETWEEN 3 AND 100", name="ck_canvases_name_length"),
        sa.CheckConstraint(
            "height BETWEEN 64 AND 8192 AND height % tile_size = 0", name="ck_canvases_height"
        ),
        sa.CheckConstraint(
            "max_tiles_per_user BETWEEN 1 AND (width / tile_size) * (height / tile_size)",
            name="ck_canvases_max_tiles_per_user",
        ),
        sa.CheckConstraint(
            "tile_count BETWEEN 0 AND (width / tile_size) * (height / tile_size)",
            name="ck_canvases_tile_count",
        ),
        sa.CheckConstraint("tile_size IN (16, 32, 64, 128)", name="ck_canvases_tile_size"),
        sa.CheckConstraint("width BETWEEN 64 AND 8192 AND width % tile_size = 0", name="ck_canvases_width"),
        sa.ForeignKeyConstraint(["owner_id"], ["artists.id"], name="fk_canvases_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_canvases"),
    )
    op.create_index("ix_canvases_owner_id", "canvases", ["owner_id"], unique=False)
    op.create_index(
        "ix_canvases_public",
        "canvases",
        ["id"],
        unique=False,
        postgresql_where=sa.text("is_active AND is_public"),
    )

    op.create_table(
        "canvas_events",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False, comment="as the live feed sends it"),
        sa.Column("occurred_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_canvas_events_canvas_id"),
        sa.PrimaryKeyConstraint("canvas_id", "seq", name="pk_canvas_events"),
        comment="What changed on a canvas, numbered without gaps: the live feed catches up from here.",
    )
    op.create_index("ix_canvas_events_occurred_at", "canvas_events", ["occurred_at"], unique=False)

    op.create_table(
        "tiles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False, comment="cell, counted from the left"),
        sa.Column("y", sa.Integer(), nullable=False, comment="cell, counted from the top"),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column(
            "pixels",
            sa.LargeBinary(),
            nullable=False,
            comment="row-major; 0 transparent, i = palette colour i",
        ),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("like_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("like_count >= 0", name="ck_tiles_like_count"),
        sa.CheckConstraint("octet_length(pixels) = size * size", name="ck_tiles_pixels"),
        sa.CheckConstraint("x >= 0 AND y >= 0", name="ck_tiles_cell"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_tiles_canvas_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["artists.id"], name="fk_tiles_creator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tiles"),
        sa.UniqueConstraint("canvas_id", "x", "y", name="uq_tiles_cell"),
    )
    op.create_index("ix_tiles_canvas_id_id", "tiles", ["canvas_id", "id"], unique=False)
    op.create_index("ix_tiles_creator_id_canvas_id", "tiles", ["creator_id", "canvas_id", "id"], unique=False)

    op.create_table(
        "likes",
        sa.Column("tile_id", sa.BigInteger(), nullable=False),
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("liked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_likes_artist_id"),
        sa.ForeignKeyConstraint(["tile_id"], ["tiles.id"], name="fk_likes_tile_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tile_id", "artist_id", name="pk_likes"),
    )
    op.create_index("ix_likes_artist_id", "likes", ["artist_id"], unique=False)

    op.create_table(
        "locks",
        sa.Column("tile_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["artists.id"], name="fk_locks_holder_id"),
        sa.ForeignKeyConstraint(["tile_id"], ["tiles.id"], name="fk_locks_tile_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tile_id", name="pk_locks"),
        comment="One holder a tile by the primary key; a row past expires_at is no lock.",
    )
    op.create_index("ix_locks_expires_at", "locks", ["expires_at"], unique=False)
    op.create_index("ix_locks_holder_id", "locks", ["holder_id"], unique=False)


def downgrade() -> None:
    """Downgrade."""
    op.drop_table("locks")
    op.drop_table("likes")
    op.drop_table("tiles")
    op.drop_table("canvas_events")
    op.drop_table("canvases")
    op.drop_table("spent_tickets")
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_table("artists")
