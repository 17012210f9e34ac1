"""What artists hold for a while: the lock of a tile, an area of cells."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, Table, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from services.tiles.tables.base import metadata

locks = Table(
    "locks",
    metadata,
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), primary_key=True),
    Column("holder_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("reminded_of", DateTime(timezone=True), comment="end of which its holder was reminded"),
    comment="One holder per tile by the primary key; a row past expires_at is no lock.",
)

areas = Table(
    "areas",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False),
    Column("holder_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("x", Integer, nullable=False, comment="leftmost cell"),
    Column("y", Integer, nullable=False, comment="topmost cell"),
    Column("columns", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("reminded_of", DateTime(timezone=True), comment="end of which its holder was reminded"),
    CheckConstraint("x >= 0 AND y >= 0 AND columns >= 1 AND rows >= 1", name="cells"),
    # Time is a side of the box: an expired area blocks no other, deleted or not.
    ExcludeConstraint(
        ("canvas_id", "="),
        (text("int4range(x, x + columns)"), "&&"),
        (text("int4range(y, y + rows)"), "&&"),
        (text("tstzrange(claimed_at, expires_at)"), "&&"),
        name="ex_areas_overlap",
        using="gist",
    ),
    comment="Rectangles of cells that artists hold; a row past expires_at is no area.",
)
Index("ix_areas_canvas_id_id", areas.c.canvas_id, areas.c.id)
