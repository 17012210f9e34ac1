"""Canvases, their journal, and who is told of their changes."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT

from services.tiles.tables.base import metadata
from shared.db.tables import moment

canvases = Table(
    "canvases",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("owner_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("tile_size", Integer, nullable=False),
    Column("palette", ARRAY(Text), nullable=False),
    Column(
        "colours_used",
        BIT(256),
        comment="bit n: colour n has been used, in a picture or a template; null: any may have been",
    ),
    Column(
        "paper_color",
        Text,
        nullable=False,
        server_default="#ffffff",
        comment="what shows where pixels are transparent",
    ),
    Column("collaboration_mode", Text, nullable=False),
    Column("max_tiles_per_user", Integer, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("tile_count", Integer, nullable=False, server_default=text("0")),
    Column("seq", BigInteger, nullable=False, server_default=text("0"), comment="number of the last change"),
    Column(
        "picture_seq",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="number of the last change of what is seen; never ahead of seq",
    ),
    Column(
        "active_minute",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="of the last change, since 1970; coarse: its index is written at most once per minute",
    ),
    Column(
        "search_text",
        Text,
        Computed("lower(name || ' ' || coalesce(description, ''))", persisted=True),
        comment="what a search looks through; begins with the name",
    ),
    Column("cooldown_seconds", Integer, comment="in which an artist gains a charge; 0: no limit"),
    Column("max_charges", Integer),
    Column("starts_at", DateTime(timezone=True), comment="from when pixels may be placed"),
    Column("ends_at", DateTime(timezone=True), comment="from when they may no longer be placed"),
    Column("frozen", Boolean, nullable=False, server_default=text("false")),
    Column("chat", Text, nullable=False, server_default=text("'everyone'"), comment="who may write"),
    Column(
        "who_paints",
        Text,
        nullable=False,
        server_default=text("'everyone'"),
        comment="while it is public; on a private canvas only members do",
    ),
    Column(
        "is_archived",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="it stays as it is; nobody paints",
    ),
    moment("created_at"),
    moment("updated_at"),
    CheckConstraint("char_length(name) BETWEEN 3 AND 100", name="name_length"),
    CheckConstraint("tile_size IN (16, 32, 64, 128)", name="tile_size"),
    CheckConstraint("width BETWEEN 64 AND 8192 AND width % tile_size = 0", name="width"),
    CheckConstraint("height BETWEEN 64 AND 8192 AND height % tile_size = 0", name="height"),
    CheckConstraint("cardinality(palette) BETWEEN 2 AND 255", name="palette"),
    CheckConstraint(
        "position(B'1' IN substring(colours_used FROM cardinality(palette) + 2)) = 0", name="colours_used"
    ),
    CheckConstraint("paper_color ~ '^#[0-9a-f]{6}$'", name="paper_color"),
    CheckConstraint(
        "collaboration_mode IN ('free', 'tile-lock', 'area-lock', 'review', 'place')",
        name="collaboration_mode",
    ),
    CheckConstraint(
        "CASE WHEN collaboration_mode = 'place'"
        " THEN coalesce(cooldown_seconds BETWEEN 0 AND 3600 AND max_charges BETWEEN 1 AND 1000, false)"
        " ELSE num_nonnulls(cooldown_seconds, max_charges, starts_at, ends_at) = 0 AND NOT frozen END",
        name="placing",
    ),
    CheckConstraint("ends_at > starts_at", name="times"),
    CheckConstraint("chat IN ('everyone', 'members', 'off')", name="chat"),
    CheckConstraint("who_paints IN ('everyone', 'members')", name="who_paints"),
    CheckConstraint(
        "max_tiles_per_user BETWEEN 1 AND (width / tile_size) * (height / tile_size)",
        name="max_tiles_per_user",
    ),
    CheckConstraint("tile_count BETWEEN 0 AND (width / tile_size) * (height / tile_size)", name="tile_count"),
)
Index("ix_canvases_public", canvases.c.id, postgresql_where=text("is_active AND is_public"))
Index("ix_canvases_active", canvases.c.active_minute, canvases.c.id, postgresql_where=text("is_active"))
Index("ix_canvases_tiles", canvases.c.tile_count, canvases.c.id, postgresql_where=text("is_active"))
Index("ix_canvases_starts_at", canvases.c.starts_at, postgresql_where=canvases.c.starts_at.is_not(None))
Index("ix_canvases_ends_at", canvases.c.ends_at, postgresql_where=canvases.c.ends_at.is_not(None))
Index(
    "ix_canvases_search_text",
    canvases.c.search_text,
    postgresql_using="gin",
    postgresql_ops={"search_text": "gin_trgm_ops"},
)

canvas_moments = Table(
    "canvas_moments",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("moment", DateTime(timezone=True), primary_key=True),
    CheckConstraint("kind IN ('opened', 'closed')", name="kind"),
    comment="Openings and closings that were published in the last days.",
)

canvas_events = Table(
    "canvas_events",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("event", JSON, nullable=False, comment="as the live feed sends it"),
    Column("occurred_at", DateTime(timezone=True), nullable=False, server_default=func.now(), index=True),
    comment="What changed on a canvas, numbered without gaps: the live feed catches up from here.",
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False, comment="that deliveries are signed with"),
    Column("delivered_seq", BigInteger, nullable=False, comment="of the last change that was delivered"),
    Column("attempt", Integer, nullable=False, server_default=text("0"), comment="rises with each; a fence"),
    Column("failures", Integer, nullable=False, server_default=text("0"), comment="in a row"),
    moment("next_attempt_at"),
    Column("delivered_at", DateTime(timezone=True)),
    Column("last_error", Text),
    Column("disabled_at", DateTime(timezone=True), comment="it failed for too long"),
    moment("created_at"),
    CheckConstraint("octet_length(secret) = 32", name="secret"),
    CheckConstraint("char_length(url) <= 500", name="url"),
    comment="Addresses that the changes of a canvas are sent to, from its journal.",
)
