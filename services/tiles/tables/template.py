"""Templates."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from services.tiles.tables.base import metadata
from shared.db.tables import moment

templates = Table(
    "templates",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("slug", Text, nullable=False, unique=True, comment="random; who has it may see the template"),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False),
    Column("creator_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("slot", SmallInteger, nullable=False, comment="one of those that an artist has on a canvas"),
    Column("name", Text, nullable=False),
    Column("x", Integer, nullable=False, comment="pixel; negative where it reaches beyond the canvas"),
    Column("y", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("pixels", Integer, nullable=False, comment="that are not transparent"),
    Column("is_public", Boolean, nullable=False),
    Column("indices", LargeBinary, nullable=False, comment="row-major palette indices, zlib-compressed"),
    moment("created_at"),
    UniqueConstraint("canvas_id", "creator_id", "slot"),
    CheckConstraint("slot BETWEEN 1 AND 20", name="slot"),
    CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
    CheckConstraint(
        "width BETWEEN 1 AND 8192 AND height BETWEEN 1 AND 8192 AND width * height <= 1048576", name="size"
    ),
    CheckConstraint("x BETWEEN -width + 1 AND 8191 AND y BETWEEN -height + 1 AND 8191", name="position"),
    CheckConstraint("pixels BETWEEN 1 AND width * height", name="pixels"),
    Index("ix_templates_canvas_id_id", "canvas_id", "id"),
    comment="Pictures to paint by, laid over a canvas.",
)
