"""Tables of the users service, with the constraints that keep bad states out.

Counters live beside what guards them: those of follows in the two profiles, whose rows a follow locks; those
kept from events in `artist_stats`, whose row every event about that artist's work locks. So a follow and a
batch of events never wait for each other.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    text,
)

from shared.messaging.inbox import inbox_table
from shared.messaging.outbox import outbox_table
from shared.tables import NAMING, moment

metadata = MetaData(naming_convention=NAMING)

_zero = text("0")

profiles = Table(
    "profiles",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="the account's id in auth"),
    Column("username", Text, nullable=False, comment="auth keeps names unique; this is its copy"),
    Column("display_name", Text, comment="null until the artist chose one"),
    Column("bio", Text),
    Column("avatar_color", Text, comment="null until the artist chose one"),
    Column("version", Integer, nullable=False, server_default=_zero, comment="rises with every change"),
    Column("followers", Integer, nullable=False, server_default=_zero),
    Column("following", Integer, nullable=False, server_default=_zero),
    moment("joined_at"),
    Column(
        "search_text",
        Text,
        Computed("lower(username || ' ' || coalesce(display_name, ''))", persisted=True),
        comment="what a search looks through; begins with the username",
    ),
    CheckConstraint("char_length(display_name) BETWEEN 1 AND 50", name="display_name"),
    CheckConstraint("char_length(bio) <= 500", name="bio"),
    CheckConstraint("avatar_color ~ '^#[0-9a-f]{6}$'", name="avatar_color"),
    CheckConstraint("followers >= 0 AND following >= 0", name="follow_counts"),
    comment="Made by the first token seen or by account.registered, whichever is first.",
)
Index("ix_profiles_lower_username", func.lower(profiles.c.username))
Index(
    "ix_profiles_search_text",
    profiles.c.search_text,
    postgresql_using="gin",
    postgresql_ops={"search_text": "gin_trgm_ops"},
)

follows = Table(
    "follows",
    metadata,
    Column("follower_id", BigInteger, ForeignKey("profiles.id"), primary_key=True),
    Column("followee_id", BigInteger, ForeignKey("profiles.id"), primary_key=True),
    moment("followed_at"),
    CheckConstraint("follower_id <> followee_id", name="not_oneself"),
    Index("ix_follows_followee_id_follower_id", "followee_id", "follower_id"),
)

artist_stats = Table(
    "artist_stats",
    metadata,
    Column("artist_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tiles_created", Integer, nullable=False, server_default=_zero),
    Column("likes_received", BigInteger, nullable=False, server_default=_zero),
    Column("canvases_created", Integer, nullable=False, server_default=_zero),
    CheckConstraint(
        "tiles_created >= 0 AND likes_received >= 0 AND canvases_created >= 0", name="not_negative"
    ),
    Index("ix_artist_stats_likes_received_artist_id", "likes_received", "artist_id"),
    Index("ix_artist_stats_tiles_created_artist_id", "tiles_created", "artist_id"),
    comment="Sums over known_tiles and known_canvases. No profile is needed: events may be quicker.",
)

known_tiles = Table(
    "known_tiles",
    metadata,
    Column("tile_id", BigInteger, primary_key=True, autoincrement=False),
    Column("canvas_id", BigInteger, nullable=False),
    Column("creator_id", BigInteger, ForeignKey("artist_stats.artist_id"), nullable=False),
    Column("like_count", Integer, nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="of the newest event heard, in its canvas's sequence"),
    CheckConstraint("like_count >= 0", name="like_count"),
    comment="Each tile as its newest event left it.",
)
Index(
    "ix_known_tiles_creator_id",
    known_tiles.c.creator_id,
    postgresql_where=~known_tiles.c.is_deleted,
    postgresql_include=["like_count"],
)

known_canvases = Table(
    "known_canvases",
    metadata,
    Column("canvas_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, ForeignKey("artist_stats.artist_id"), nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="of the newest event heard"),
    comment="Each canvas as its newest event left it.",
)
Index("ix_known_canvases_owner_id", known_canvases.c.owner_id, postgresql_where=~known_canvases.c.is_deleted)

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
