"""What processes of the service must know of each other's work."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, Index, Table, Text, Uuid

from services.tiles.tables.base import metadata
from shared.db.tables import moment

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
