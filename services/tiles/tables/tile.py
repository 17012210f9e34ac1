"""Tiles, their history, and what people think of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.tiles.tables.base import metadata
from shared.db.tables import moment

tiles = Table(
    "tiles",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False),
    Column("x", Integer, nullable=False, comment="cell, counted from the left"),
    Column("y", Integer, nullable=False, comment="cell, counted from the top"),
    Column("size", Integer, nullable=False),
    Column("pixels", LargeBinary, nullable=False, comment="row-major; 0 transparent, i = palette colour i"),
    Column("title", Text),
    Column("description", Text),
    Column("is_public", Boolean, nullable=False),
    Column("creator_id", BigInteger, ForeignKey("artists.id"), comment="null in place mode"),
    Column("like_count", Integer, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    moment("created_at"),
    moment("updated_at"),
    UniqueConstraint("canvas_id", "x", "y", name="uq_tiles_cell"),
    CheckConstraint("x >= 0 AND y >= 0", name="cell"),
    CheckConstraint("octet_length(pixels) = size * size", name="pixels"),
    CheckConstraint("like_count >= 0", name="like_count"),
    Index("ix_tiles_canvas_id_id", "canvas_id", "id"),
    Index("ix_tiles_creator_id_canvas_id", "creator_id", "canvas_id", "id"),
)

likes = Table(
    "likes",
    metadata,
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), primary_key=True),
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True, index=True),
    moment("liked_at"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False),
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("pixels", LargeBinary, comment="the tile as submitted; dropped when superseded"),
    Column("status", Text, nullable=False),
    Column("note", Text, comment="of the reviewer, for the artist"),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("reviewer_id", BigInteger, ForeignKey("artists.id"), index=True),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("status IN ('pending', 'approved', 'rejected', 'superseded')", name="status"),
    CheckConstraint("(status = 'superseded') = (pixels IS NULL)", name="pixels"),
    CheckConstraint(
        "(status IN ('approved', 'rejected')) = (decided_at IS NOT NULL)"
        " AND (decided_at IS NULL) = (reviewer_id IS NULL)",
        name="decision",
    ),
    Index("ix_reviews_canvas_id_status_id", "canvas_id", "status", "id"),
    comment="Submissions on canvases in review mode; tiles hold approved pixels only.",
)
Index(
    "uq_reviews_pending",
    reviews.c.tile_id,
    unique=True,
    postgresql_where=text("status = 'pending'"),
)

revisions = Table(
    "revisions",
    metadata,
    Column("tile_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("x", Integer, nullable=False),
    Column("y", Integer, nullable=False),
    Column("author_id", BigInteger, ForeignKey("artists.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("pixels", LargeBinary, comment="the whole tile, zlib-compressed"),
    Column("stroke", LargeBinary, comment="3 bytes per pixel: offset as big-endian uint16, colour as uint8"),
    Column("details", JSONB, comment="title, description, is_public; null of a stroke"),
    moment("occurred_at"),
    CheckConstraint(
        "kind IN ('created', 'painted', 'stroke', 'described', 'reverted', 'rolled_back', 'deleted',"
        " 'restored', 'taken_back', 'recoloured')",
        name="kind",
    ),
    Index("ix_revisions_canvas_id_occurred_at", "canvas_id", "occurred_at"),
    Index("ix_revisions_author_id_canvas_id_occurred_at", "author_id", "canvas_id", "occurred_at"),
    Index("ix_revisions_details", "tile_id", "version", postgresql_where=text("details IS NOT NULL")),
    Index("ix_revisions_whole", "tile_id", "seq", postgresql_where=text("pixels IS NOT NULL")),
    Index("ix_revisions_deleted", "canvas_id", "occurred_at", postgresql_where=text("kind = 'deleted'")),
    comment="Every change of every tile. No foreign key to tiles: history outlives a deleted tile.",
)

origins = Table(
    "origins",
    metadata,
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False, comment="see pixels.rules.Origins.pack"),
    comment="The version that painted each pixel of a tile; as of `version`, from where its history goes on.",
)
