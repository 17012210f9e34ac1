"""Tables of the tiles service, with the constraints that keep bad states out.

Everything on a canvas changes under the lock of the canvas's row (`canvases.store.prepend_lock`), which makes
limits, counts and sequence numbers exact under any concurrency. The constraints below protect them even from
a writer without that lock.
"""

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
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

from shared.db.tables import NAMING, moment
from shared.messaging.inbox import inbox_table
from shared.messaging.outbox import outbox_table

metadata = MetaData(naming_convention=NAMING)

artists = Table(
    "artists",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="the account's id in auth"),
    Column("username", Text, nullable=False),
    Column("display_name", Text, comment="null until the artist chose one"),
    Column("profile_version", Integer, nullable=False, server_default=text("0")),
    Column("status", Text, nullable=False, server_default=text("'active'")),
    Column("account_version", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status"),
    comment="Accounts as known to tiles, from the first token seen or from events, whichever came first.",
)

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
    moment("created_at"),
    moment("updated_at"),
    CheckConstraint("char_length(name) BETWEEN 3 AND 100", name="name_length"),
    CheckConstraint("tile_size IN (16, 32, 64, 128)", name="tile_size"),
    CheckConstraint("width BETWEEN 64 AND 8192 AND width % tile_size = 0", name="width"),
    CheckConstraint("height BETWEEN 64 AND 8192 AND height % tile_size = 0", name="height"),
    CheckConstraint("cardinality(palette) BETWEEN 2 AND 255", name="palette"),
    CheckConstraint(
        "collaboration_mode IN ('free', 'tile-lock', 'area-lock', 'review')", name="collaboration_mode"
    ),
    CheckConstraint(
        "max_tiles_per_user BETWEEN 1 AND (width / tile_size) * (height / tile_size)",
        name="max_tiles_per_user",
    ),
    CheckConstraint("tile_count BETWEEN 0 AND (width / tile_size) * (height / tile_size)", name="tile_count"),
)
Index("ix_canvases_public", canvases.c.id, postgresql_where=text("is_active AND is_public"))
Index("ix_canvases_active", canvases.c.active_minute, canvases.c.id, postgresql_where=text("is_active"))
Index("ix_canvases_tiles", canvases.c.tile_count, canvases.c.id, postgresql_where=text("is_active"))
Index(
    "ix_canvases_search_text",
    canvases.c.search_text,
    postgresql_using="gin",
    postgresql_ops={"search_text": "gin_trgm_ops"},
)

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
    Column("creator_id", BigInteger, ForeignKey("artists.id"), nullable=False),
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

locks = Table(
    "locks",
    metadata,
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), primary_key=True),
    Column("holder_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
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

likes = Table(
    "likes",
    metadata,
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), primary_key=True),
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True, index=True),
    moment("liked_at"),
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
        " 'restored')",
        name="kind",
    ),
    Index("ix_revisions_canvas_id_occurred_at", "canvas_id", "occurred_at"),
    Index("ix_revisions_author_id_canvas_id_occurred_at", "author_id", "canvas_id", "occurred_at"),
    Index("ix_revisions_details", "tile_id", "version", postgresql_where=text("details IS NOT NULL")),
    Index("ix_revisions_deleted", "canvas_id", "occurred_at", postgresql_where=text("kind = 'deleted'")),
    comment="Every change of every tile. No foreign key to tiles: history outlives a deleted tile.",
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

spent_tickets = Table(
    "spent_tickets",
    metadata,
    Column("jti", Text, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    comment="WebSocket tickets already used; a ticket counts once, whichever process it reaches.",
)

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
