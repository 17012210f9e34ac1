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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, JSONB, ExcludeConstraint

from shared.db.tables import NAMING, moment
from shared.messaging.exporting import export_jobs_table
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

Index("ix_artists_lower_username", func.lower(artists.c.username))

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

unpublished_charges = Table(
    "unpublished_charges",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    comment="Canvases on which artists have placed pixels that users has not been told of.",
)

origins = Table(
    "origins",
    metadata,
    Column("tile_id", BigInteger, ForeignKey("tiles.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False, comment="see pixels.rules.Origins.pack"),
    comment="The version that painted each pixel of a tile; as of `version`, from where its history goes on.",
)

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

members = Table(
    "members",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True, index=True),
    Column("role", Text, nullable=False),
    moment("joined_at"),
    CheckConstraint("role IN ('viewer', 'painter', 'moderator')", name="role"),
    comment="What artists may on a canvas beyond what everybody may; changes with its seq.",
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256; the token is nowhere"),
    Column("role", Text, nullable=False),
    Column("max_uses", Integer, comment="null: as many as accept"),
    Column("uses", Integer, nullable=False, server_default=text("0")),
    Column("expires_at", DateTime(timezone=True), comment="null: never"),
    Column("created_by", BigInteger, ForeignKey("artists.id"), nullable=False),
    moment("created_at"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("role IN ('viewer', 'painter', 'moderator')", name="role"),
    CheckConstraint("uses BETWEEN 0 AND coalesce(max_uses, uses)", name="uses"),
    comment="Links by which artists become members of a canvas.",
)

canvas_offers = Table(
    "canvas_offers",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("heir_id", BigInteger, ForeignKey("artists.id"), nullable=False, index=True),
    moment("offered_at"),
    Column("declined_at", DateTime(timezone=True), comment="null: it waits for an answer"),
    comment="To whom owners would give their canvases, one artist per canvas.",
)

chats = Table(
    "chats",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column(
        "seq", BigInteger, nullable=False, server_default=text("0"), comment="of the last message or removal"
    ),
    comment="Held by whoever writes or removes a message, so that painting never waits for chat.",
)

messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("canvas_id", BigInteger, ForeignKey("chats.canvas_id"), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="in the canvas's chat; a new one when it is removed"),
    Column("author_id", BigInteger, ForeignKey("artists.id"), nullable=False),
    Column("text", Text, comment="null once removed"),
    Column("mentions", ARRAY(BigInteger), nullable=False, server_default=text("'{}'")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("canvas_id", "seq", name="uq_messages_seq"),
    CheckConstraint("char_length(text) BETWEEN 1 AND 500", name="text"),
    Index("ix_messages_canvas_id_id", "canvas_id", "id"),
    Index("ix_messages_author_id_created_at", "author_id", "created_at"),
    Index("ix_messages_created_at", "created_at"),
    comment="What artists write beside a canvas; kept for a month.",
)

message_reports = Table(
    "message_reports",
    metadata,
    Column("message_id", BigInteger, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("reporter_id", BigInteger, ForeignKey("artists.id"), primary_key=True),
    moment("created_at"),
    Index("ix_message_reports_reporter_id_created_at", "reporter_id", "created_at"),
    comment="Each was sent to the moderators with what was written around it.",
)

mutes = Table(
    "mutes",
    metadata,
    Column("canvas_id", BigInteger, ForeignKey("canvases.id"), primary_key=True),
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True, index=True),
    Column("until", DateTime(timezone=True), comment="null: for good; a mute past it is none"),
    Column("reason", Text),
    Column("muted_by", BigInteger, ForeignKey("artists.id"), nullable=False),
    moment("muted_at"),
    CheckConstraint("char_length(reason) <= 200", name="reason"),
    comment="Artists who may not write on a canvas.",
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

letters = Table(
    "letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("outcomes", JSON, nullable=False, comment="of its strokes, for the process that handed them over"),
    moment("written_at"),
    Index("ix_letters_written_at", "written_at", postgresql_using="brin"),
    comment="Strokes that one process handed to another, by letter; whoever writes one records it, so once.",
)

spent_tickets = Table(
    "spent_tickets",
    metadata,
    Column("jti", Text, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    comment="WebSocket tickets already used; a ticket counts once, whichever process it reaches.",
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

departures = Table(
    "departures",
    metadata,
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True),
    Column("heir_id", BigInteger, ForeignKey("artists.id"), comment="null: the canvases are deleted"),
    moment("departed_at"),
    comment="Artists who left in the last hour and did not leave their canvases where they are.",
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

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
export_jobs = export_jobs_table(metadata)
