"""SQL of canvases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, or_, select

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases.rules import Canvas, Mode
from services.tiles.tables import artists, canvases
from shared.db import Connection, Row

COLUMNS = (
    canvases.c.id,
    canvases.c.owner_id,
    artists.c.username.label("owner_username"),
    DISPLAYED_NAME.label("owner_display_name"),
    canvases.c.name,
    canvases.c.description,
    canvases.c.width,
    canvases.c.height,
    canvases.c.tile_size,
    canvases.c.palette,
    canvases.c.collaboration_mode,
    canvases.c.max_tiles_per_user,
    canvases.c.is_public,
    canvases.c.is_active,
    canvases.c.tile_count,
    canvases.c.seq,
    canvases.c.created_at,
    canvases.c.updated_at,
)
_SELECT = select(*COLUMNS).join_from(canvases, artists, artists.c.id == canvases.c.owner_id)

_BY_ID = _SELECT.where(canvases.c.id == bindparam("canvas_id"))
_LISTED = (
    _SELECT.where(
        canvases.c.is_active,
        or_(canvases.c.is_public, canvases.c.owner_id == bindparam("viewer_id"), bindparam("sees_all")),
        canvases.c.id > bindparam("after"),
    )
    .order_by(canvases.c.id)
    .limit(bindparam("count"))
)
_INSERT = (
    insert(canvases)
    .values(
        {
            name: bindparam(name)
            for name in (
                "owner_id", "name", "description", "width", "height", "tile_size", "palette",
                "collaboration_mode", "max_tiles_per_user", "is_public",
            )
        }
    )
    .returning(canvases.c.id)
)  # fmt: skip
_LOCK = select(canvases.c.id).where(canvases.c.id == bindparam("canvas_id")).with_for_update(key_share=True)


def canvas_of(row: Row) -> Canvas:
    """Read a canvas from a row of COLUMNS."""
    return Canvas(
        id=row.id,
        owner=Artist(row.owner_id, row.owner_username, row.owner_display_name),
        name=row.name,
        description=row.description,
        width=row.width,
        height=row.height,
        tile_size=row.tile_size,
        palette=tuple(row.palette),
        mode=Mode(row.collaboration_mode),
        max_tiles_per_user=row.max_tiles_per_user,
        is_public=row.is_public,
        is_active=row.is_active,
        tile_count=row.tile_count,
        seq=row.seq,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def get(conn: Connection, canvas_id: int) -> Canvas | None:
    """Return a canvas, whatever its state, or None."""
    row = await conn.fetch_one(_BY_ID, {"canvas_id": canvas_id})
    return None if row is None else canvas_of(row)


async def listed(
    conn: Connection, viewer_id: int | None, *, sees_all: bool, after: int, count: int
) -> Sequence[Canvas]:
    """Return up to `count` canvases that the viewer may see, by id, beyond `after`."""
    rows = await conn.fetch_all(
        _LISTED, {"viewer_id": viewer_id, "sees_all": sees_all, "after": after, "count": count}
    )
    return [canvas_of(row) for row in rows]


async def add(conn: Connection, values: dict[str, Any]) -> int:
    """Store a new canvas and return its id."""
    return int(await conn.fetch_value(_INSERT, values))


def lead_with_lock(conn: Connection, canvas_id: int) -> None:
    """Hold the canvas until the transaction ends: everything on it changes one writer at a time.

    Taken before anything on the canvas is read, so that what is read is what the previous writer left, and
    always first, so that two writers never wait for each other in a circle.
    """
    conn.lead_with(_LOCK, {"canvas_id": canvas_id})
