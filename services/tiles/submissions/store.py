"""SQL of submissions that wait; a writer holds the canvas."""

from __future__ import annotations

from sqlalchemy import bindparam, func, insert, null, select, update

from services.tiles.submissions.rules import Pending, ReviewStatus
from services.tiles.tables import reviews
from shared.db import Connection

_WAITS = (
    reviews.c.tile_id == bindparam("tile_id"),
    reviews.c.status == ReviewStatus.PENDING.value,
)
_PENDING = select(reviews.c.id, reviews.c.pixels, reviews.c.submitted_at).where(*_WAITS)
_SUPERSEDE = update(reviews).where(*_WAITS).values(status=ReviewStatus.SUPERSEDED.value, pixels=null())
_ADD = (
    insert(reviews)
    .values(
        canvas_id=bindparam("canvas_id"),
        tile_id=bindparam("tile_id"),
        author_id=bindparam("author_id"),
        pixels=bindparam("pixels"),
        status=ReviewStatus.PENDING.value,
        submitted_at=func.clock_timestamp(),
    )
    .returning(reviews.c.id, reviews.c.pixels, reviews.c.submitted_at)
)


async def get_pending(conn: Connection, tile_id: int) -> Pending | None:
    """Return what waits for a review of a tile; only its creator and reviewers may see it."""
    row = await conn.fetch_one(_PENDING, {"tile_id": tile_id})
    return None if row is None else Pending(row.id, row.pixels, row.submitted_at)


async def replace_pending(
    conn: Connection, canvas_id: int, tile_id: int, author_id: int, pixels: bytes
) -> Pending:
    """Store pixels that wait for a review; what waited for the same tile is superseded."""
    conn.prepend(_SUPERSEDE, {"tile_id": tile_id})
    row = await conn.fetch_one(
        _ADD, {"canvas_id": canvas_id, "tile_id": tile_id, "author_id": author_id, "pixels": pixels}
    )
    return Pending(row.id, row.pixels, row.submitted_at)
