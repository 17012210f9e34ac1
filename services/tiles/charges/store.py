"""SQL of charges. A writer holds the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, text

from services.tiles.tables import charges
from shared.db import Connection
from shared.messaging.contracts import ArtistPlaced

_FULL_AT = select(
    func.clock_timestamp().label("now"),
    select(charges.c.full_at)
    .where(
        charges.c.canvas_id == bindparam("canvas_id"),
        charges.c.artist_id == bindparam("artist_id"),
    )
    .scalar_subquery()
    .label("full_at"),
)


_UNPUBLISHED = text("SELECT canvas_id FROM unpublished_charges ORDER BY canvas_id LIMIT :count")
_PUBLISH = text(
    "UPDATE charges SET pixels_published = pixels_placed FROM canvases"
    " WHERE canvases.id = :canvas_id AND canvas_id = :canvas_id AND pixels_published <> pixels_placed"
    " RETURNING artist_id, pixels_placed, canvases.seq"
)
_PUBLISHED = text("DELETE FROM unpublished_charges WHERE canvas_id = :canvas_id")


async def list_unpublished(conn: Connection, count: int) -> Sequence[int]:
    """Return up to `count` canvases on which pixels were placed that have not been published."""
    return [row.canvas_id for row in await conn.fetch_all(_UNPUBLISHED, {"count": count})]


async def publish(conn: Connection, canvas_id: int) -> Sequence[ArtistPlaced]:
    """Take the counts of a canvas that have changed since they were published, as events to publish."""
    rows = await conn.fetch_all(_PUBLISH, {"canvas_id": canvas_id})
    conn.defer(_PUBLISHED, {"canvas_id": canvas_id})
    return [
        ArtistPlaced(
            account_id=row.artist_id, canvas_id=canvas_id, pixels_placed=row.pixels_placed, seq=row.seq
        )
        for row in rows
    ]


async def get_full_at(conn: Connection, canvas_id: int, artist_id: int) -> tuple[datetime | None, datetime]:
    """Return when all charges of an artist are back, None before their first pixel, and the time now."""
    row = await conn.fetch_one(_FULL_AT, {"canvas_id": canvas_id, "artist_id": artist_id})
    return row.full_at, row.now
