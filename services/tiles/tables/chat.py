"""Chat: messages, reports of them, and who may not write."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.tiles.tables.base import metadata
from shared.db.tables import moment

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
