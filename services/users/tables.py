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
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.db.tables import NAMING, moment
from shared.messaging.exporting import export_jobs_table
from shared.messaging.inbox import inbox_table
from shared.messaging.outbox import outbox_table

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
    Column("status", Text, nullable=False, server_default="active"),
    Column("suspended_until", DateTime(timezone=True), comment="null while suspended: for good"),
    Column("suspension_reason", Text),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("is_verified", Boolean, nullable=False, server_default=false(), comment="the email address"),
    Column(
        "is_registered", Boolean, nullable=False, server_default=false(), comment="not only seen in a token"
    ),
    Column("status_version", BigInteger, nullable=False, server_default=_zero, comment="the account's, then"),
    Column("roles_version", BigInteger, nullable=False, server_default=_zero, comment="the account's, then"),
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
    CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status"),
    CheckConstraint(
        "status = 'suspended' OR (suspended_until IS NULL AND suspension_reason IS NULL)", name="suspension"
    ),
    comment="Made by the first token or the first event that names the account, whichever is first.",
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

ignores = Table(
    "ignores",
    metadata,
    Column("artist_id", BigInteger, ForeignKey("profiles.id"), primary_key=True),
    Column("ignored_id", BigInteger, ForeignKey("profiles.id"), primary_key=True, index=True),
    moment("ignored_at"),
    CheckConstraint("artist_id <> ignored_id", name="not_oneself"),
    comment="Artists whose messages an artist does not see.",
)

_NOTICE_KINDS = (
    "'like', 'follower', 'mention', 'review_waiting', 'review_decided', 'lock_taken', 'tile_removed',"
    " 'report_closed', 'muted', 'invitation', 'claim_ending', 'canvas_opened', 'canvas_closed',"
    " 'canvas_offered', 'offer_answered'"
)

notice_boxes = Table(
    "notice_boxes",
    metadata,
    Column("recipient_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False, server_default=_zero, comment="of the newest notice"),
    Column("read_seq", BigInteger, nullable=False, server_default=_zero, comment="up to which all are read"),
    Column(
        "kinds_off",
        ARRAY(Text),
        nullable=False,
        server_default="{}",
        comment="of which the recipient wants no notices",
    ),
    Column("digest", Boolean, nullable=False, server_default=false(), comment="wanted by mail"),
    Column(
        "digest_seq",
        BigInteger,
        nullable=False,
        server_default=_zero,
        comment="up to which notices were mailed",
    ),
    moment("digested_at"),
    CheckConstraint("read_seq BETWEEN 0 AND seq", name="read_seq"),
    CheckConstraint(f"kinds_off <@ ARRAY[{_NOTICE_KINDS}]", name="kinds_off"),
    comment="Held by whoever writes a notice. No profile is needed: events may be quicker.",
)
Index("ix_notice_boxes_digested_at", notice_boxes.c.digested_at, postgresql_where=notice_boxes.c.digest)

notices = Table(
    "notices",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recipient_id", BigInteger, ForeignKey("notice_boxes.recipient_id"), nullable=False),
    Column("seq", BigInteger, nullable=False, comment="a new one with each change"),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="unread notices about the same are one"),
    Column("actor_ids", ARRAY(BigInteger), nullable=False, server_default="{}"),
    Column("canvas_id", BigInteger),
    Column("tile_id", BigInteger),
    Column("message_id", BigInteger),
    Column("outcome", Text),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(f"kind IN ({_NOTICE_KINDS})", name="kind"),
    UniqueConstraint("recipient_id", "seq", name="uq_notices_seq"),
    Index("ix_notices_subject", "recipient_id", "kind", "subject"),
    comment="What happened that concerns an artist; the newest thousand of each.",
)

artist_stats = Table(
    "artist_stats",
    metadata,
    Column("artist_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tiles_created", Integer, nullable=False, server_default=_zero),
    Column("likes_received", BigInteger, nullable=False, server_default=_zero),
    Column("canvases_created", Integer, nullable=False, server_default=_zero),
    Column("pixels_painted", BigInteger, nullable=False, server_default=_zero),
    CheckConstraint(
        "tiles_created >= 0 AND likes_received >= 0 AND canvases_created >= 0 AND pixels_painted >= 0",
        name="not_negative",
    ),
    Index("ix_artist_stats_likes_received_artist_id", "likes_received", "artist_id"),
    Index("ix_artist_stats_tiles_created_artist_id", "tiles_created", "artist_id"),
    Index("ix_artist_stats_pixels_painted_artist_id", "pixels_painted", "artist_id"),
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
    Column(
        "seq", BigInteger, nullable=False, comment="of the newest event received, in its canvas's sequence"
    ),
    Column("is_public", Boolean, comment="null until an event with it is received"),
    Column("x", Integer, comment="null until an event with its cell is received"),
    Column("y", Integer),
    Column("created_at", DateTime(timezone=True), comment="null until tile.created is received"),
    CheckConstraint("like_count >= 0", name="like_count"),
    comment="Each tile as its newest event left it.",
)
Index(
    "ix_known_tiles_creator_id_tile_id",
    known_tiles.c.creator_id,
    known_tiles.c.tile_id,
    postgresql_where=~known_tiles.c.is_deleted,
    postgresql_include=["like_count"],
)

known_canvases = Table(
    "known_canvases",
    metadata,
    Column("canvas_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, ForeignKey("artist_stats.artist_id"), nullable=False),
    Column("is_deleted", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="of the newest event received"),
    Column("is_public", Boolean, comment="null until an event with it is received"),
    Column("created_at", DateTime(timezone=True), comment="null until canvas.created is received"),
    comment="Each canvas as its newest event left it.",
)
Index("ix_known_canvases_owner_id", known_canvases.c.owner_id, postgresql_where=~known_canvases.c.is_deleted)

known_placings = Table(
    "known_placings",
    metadata,
    Column("artist_id", BigInteger, ForeignKey("artist_stats.artist_id"), primary_key=True),
    Column("canvas_id", BigInteger, primary_key=True, autoincrement=False),
    Column("pixels", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="of the canvas when they were counted"),
    CheckConstraint("pixels >= 0", name="pixels"),
    comment="Pixels that artists have placed on canvases in place mode, as their newest event says.",
)

reports = Table(
    "reports",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reporter_id", BigInteger, ForeignKey("profiles.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("target_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text),
    Column("status", Text, nullable=False, server_default="open"),
    Column(
        "assignee_id",
        BigInteger,
        ForeignKey("profiles.id"),
        comment="the moderator assigned, or who closed it",
    ),
    Column("resolution", Text),
    Column("action_taken", Text),
    moment("created_at"),
    moment("updated_at"),
    Column(
        "queue_rank",
        SmallInteger,
        Computed("CASE status WHEN 'open' THEN 0 WHEN 'assigned' THEN 1 ELSE 2 END", persisted=True),
        nullable=False,
        comment="what waits for a moderator comes first",
    ),
    Column(
        "evidence",
        JSONB(none_as_null=True),
        comment="of a message: its canvas and author, and what was around it",
    ),
    CheckConstraint("kind IN ('tile', 'canvas', 'user', 'message')", name="kind"),
    CheckConstraint("(kind = 'message') = (evidence IS NOT NULL)", name="evidence"),
    CheckConstraint("status IN ('open', 'assigned', 'resolved', 'dismissed')", name="status"),
    CheckConstraint("char_length(reason) BETWEEN 1 AND 100", name="reason"),
    CheckConstraint("char_length(detail) <= 2000", name="detail"),
    CheckConstraint("char_length(resolution) <= 2000", name="resolution"),
    CheckConstraint(
        "action_taken IN ('none', 'warned', 'removed', 'suspended', 'rolled_back')", name="action_taken"
    ),
    CheckConstraint("(status = 'open') = (assignee_id IS NULL)", name="assignee"),
    CheckConstraint(
        "status IN ('resolved', 'dismissed') OR (resolution IS NULL AND action_taken IS NULL)",
        name="resolved_when_closed",
    ),
    Index("ix_reports_queue_rank_id", "queue_rank", "id"),
    Index("ix_reports_reporter_id_created_at", "reporter_id", "created_at"),
)
Index(
    "ix_reports_evidence",
    reports.c.updated_at,
    postgresql_where=text("queue_rank = 2 AND evidence -> 'messages' <> '[]'"),
)
Index(
    "uq_reports_waiting",
    reports.c.reporter_id,
    reports.c.kind,
    reports.c.target_id,
    unique=True,
    postgresql_where=reports.c.status.in_(["open", "assigned"]),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    moment("at"),
    Column("actor_id", BigInteger, comment="null: automatic, as when a suspension ends"),
    Column("action", Text, nullable=False, comment="of a command its type: account.suspend"),
    Column("target_kind", Text, nullable=False),
    Column("target_id", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default="{}"),
    Column(
        "refers_to", BigInteger, ForeignKey("audit.id"), comment="the request of which this is the outcome"
    ),
    CheckConstraint("outcome IN ('requested', 'done', 'refused')", name="outcome"),
    CheckConstraint(
        "target_kind IN ('user', 'report', 'tile', 'canvas', 'site', 'invitation')", name="target_kind"
    ),
    Index("ix_audit_actor_id_id", "actor_id", "id"),
    Index("ix_audit_action_id", "action", "id"),
    Index("ix_audit_target_kind_target_id_id", "target_kind", "target_id", "id"),
    comment="Grows and never changes: a trigger refuses UPDATE, DELETE and TRUNCATE.",
)
Index("uq_audit_refers_to", audit.c.refers_to, unique=True, postgresql_where=audit.c.refers_to.is_not(None))


def _counter(name: str, comment: str | None = None) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=_zero, comment=comment)


totals = Table(
    "totals",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    _counter("accounts", "registered and not deleted"),
    _counter("canvases"),
    _counter("tiles"),
    _counter("likes"),
    _counter("open_reports", "open or assigned"),
    CheckConstraint("id = 1", name="one_row"),
    comment="What there is now.",
)

daily = Table(
    "daily",
    metadata,
    Column("day", Date, primary_key=True, comment="UTC, as all days here"),
    _counter("accounts", "registered that day"),
    _counter("canvases", "made that day"),
    _counter("tiles", "made that day"),
    _counter("likes", "given that day, also those taken back since"),
    _counter("reports", "made that day"),
    _counter("active", "artists in active_artists of that day"),
    _counter("last_active", "artists in last_active of that day"),
    comment="What happened on each day.",
)

active_artists = Table(
    "active_artists",
    metadata,
    Column("day", Date, primary_key=True),
    Column("artist_id", BigInteger, primary_key=True, autoincrement=False),
    comment="Artists who were active on a day; kept for some weeks.",
)

last_active = Table(
    "last_active",
    metadata,
    Column("artist_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("before", Date, comment="the day it was until the last change"),
    comment="The last day on which each artist was active.",
)

observations = Table(
    "observations",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, comment="messages, viewers; null where nothing is counted"),
    Column("state", Text, nullable=False, comment="ready, or what was wrong"),
    Column("observed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('service', 'queue', 'viewers')", name="kind"),
    comment="What the worker observed at its last poll; requests only read it.",
)

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
export_jobs = export_jobs_table(metadata)
