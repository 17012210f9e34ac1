"""Artists, and what they may do on a canvas or are offered."""

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
    func,
    text,
)

from services.tiles.tables.base import metadata
from shared.db.tables import moment

artists = Table(
    "artists",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="the account's id in auth"),
    Column("username", Text, nullable=False),
    Column("display_name", Text, comment="null until the artist chose one"),
    Column("profile_version", Integer, nullable=False, server_default=text("0")),
    Column("status", Text, nullable=False, server_default=text("'active'")),
    Column("account_version", Integer, nullable=False, server_default=text("0")),
    Column(
        "canvases_taken_until",
        DateTime(timezone=True),
        comment="to when the artist's latest canvases use up their share of a day each; null for none",
    ),
    CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status"),
    comment="Accounts as known to tiles, from the first token seen or from events, whichever came first.",
)

Index("ix_artists_lower_username", func.lower(artists.c.username))

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

departures = Table(
    "departures",
    metadata,
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True),
    Column("heir_id", BigInteger, ForeignKey("artists.id"), comment="null: the canvases are deleted"),
    moment("departed_at"),
    comment="Artists who left in the last hour and did not leave their canvases where they are.",
)

names_to_remove = Table(
    "names_to_remove",
    metadata,
    Column("artist_id", BigInteger, ForeignKey("artists.id"), primary_key=True, autoincrement=False),
    moment("due_at"),
    Column("is_last", Boolean, nullable=False, server_default=text("false")),
    comment="Artists who left, and when their names are removed from the journal, the last time or not.",
)
