"""Pictures that are kept because drawing them takes long."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from services.tiles.tables.base import metadata
from shared.db.tables import moment

blocks = Table(
    "blocks",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("x", Integer, primary_key=True, comment="counted in blocks from the left"),
    Column("y", Integer, primary_key=True),
    Column("fingerprint", BigInteger, nullable=False, comment="of ids and versions of the tiles it shows"),
    Column("copy", LargeBinary, nullable=False, comment="compressed RGBA, an eighth of the size"),
    comment="Shrunk copies of blocks of 512 x 512 pixels; one with another fingerprint is drawn again.",
)

films = Table(
    "films",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False, index=True),
    Column("creator_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("format", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False, comment="of the history that it shows"),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("step", Integer, nullable=False, comment="pixels of the canvas for one of the picture"),
    Column("scale", Integer, nullable=False, comment="how often a pixel is repeated"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False, server_default=text("0"), comment="rises with each; a fence"),
    Column("leased_until", DateTime(timezone=True), comment="then another worker begins it again"),
    Column("frames", Integer, comment="null until the changes have been counted"),
    Column("frames_done", Integer, nullable=False, server_default=text("0")),
    Column("size_bytes", Integer, nullable=False, server_default=text("0"), comment="of the file so far"),
    Column("failure", Text),
    moment("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    CheckConstraint("format IN ('apng', 'gif', 'webp', 'mp4')", name="format"),
    CheckConstraint("status IN ('waiting', 'drawing', 'ready', 'failed')", name="status"),
    CheckConstraint("(status = 'drawing') = (leased_until IS NOT NULL)", name="lease"),
    CheckConstraint("(status = 'failed') = (failure IS NOT NULL)", name="failure"),
    CheckConstraint("ends_at > starts_at", name="times"),
    CheckConstraint("size_bytes BETWEEN 0 AND 67108864", name="size_bytes"),
    comment="Histories of canvases as files, which the worker makes and which are kept for a day.",
)
Index(
    "uq_films_underway",
    films.c.creator_id,
    unique=True,
    postgresql_where=text("status IN ('waiting', 'drawing')"),
)

film_parts = Table(
    "film_parts",
    metadata,
    Column("film_id", BigInteger, ForeignKey("films.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    comment="The files of films, in the order of the numbers.",
)
