"""Pixels of canvases in place mode, which are placed one by one."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from services.tiles.tables.base import metadata

charges = Table(
    "charges",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True, index=True),
    Column("full_at", DateTime(timezone=True), nullable=False, comment="when all charges are back"),
    Column("pixels_placed", BigInteger, nullable=False, comment="without those that were taken back"),
    Column(
        "pixels_published",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="what users was told last",
    ),
    CheckConstraint("pixels_placed >= 0", name="pixels_placed"),
    comment="Artists who placed pixels on a canvas in place mode; who has no row has all charges.",
)

unpublished_charges = Table(
    "unpublished_charges",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    comment="Canvases on which artists have placed pixels that users has not been told of.",
)

placements = Table(
    "placements",
    metadata,
    Column("canvas_id", BigInteger, primary_key=True, autoincrement=False),
    Column("artist_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", Text, primary_key=True, comment="the client's name for it, as JSON"),
    Column("seq", BigInteger, nullable=False),
    Column("pixels", LargeBinary, nullable=False, comment="6 bytes per pixel: x, y, colour, the one before"),
    Column("answer", JSON, nullable=False),
    Column("is_taken_back", Boolean, nullable=False, server_default=text("false")),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    # Without foreign keys, as rows live for a minute, and checking each would double what it costs.
    comment="Pixels placed within the last minute: a repeated request finds its answer, an undo its pixels.",
)

placed_hours = Table(
    "placed_hours",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("hour", Integer, primary_key=True, comment="since 1970"),
    Column("colour", SmallInteger, primary_key=True),
    Column("pixels", Integer, nullable=False, comment="without those that were taken back"),
    CheckConstraint("pixels >= 0", name="pixels"),
    comment="Pixels placed on a canvas in place mode, by hour and colour.",
)
