"""What is true of every canvas and tile, for services that missed an event.

A tile is read together with the number of its canvas's last change, in one statement: it is as that change
left it, whatever is written meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, exists, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.tiles.tables import canvases, revisions, tiles
from shared.db import Connection
from shared.messaging.contracts import (
    CanvasesRestated,
    DeletedTile,
    DeletedTilesRestated,
    RestatedCanvas,
    RestatedTile,
    TilesRestated,
)
from shared.messaging.contracts.restated import LARGEST
from shared.messaging.restating import SLICE_ROWS, Slice, slice_of

T = TypeVar("T")

_CANVASES = (
    select(
        canvases.c.id.label("canvas_id"),
        canvases.c.seq,
        canvases.c.owner_id,
        canvases.c.is_public,
        (~canvases.c.is_active).label("is_deleted"),
        canvases.c.created_at,
    )
    .where(canvases.c.id > bindparam("after"))
    .order_by(canvases.c.id)
    .limit(SLICE_ROWS)
)
_TILES = (
    select(
        tiles.c.id.label("tile_id"),
        tiles.c.canvas_id,
        canvases.c.seq,
        tiles.c.creator_id,
        tiles.c.like_count,
        tiles.c.is_public,
        tiles.c.x,
        tiles.c.y,
        tiles.c.created_at,
    )
    .join_from(tiles, canvases, canvases.c.id == tiles.c.canvas_id)
    # Those without a creator, in place mode, count for nobody.
    .where(tiles.c.id > bindparam("after"), tiles.c.creator_id.is_not(None))
    .order_by(tiles.c.id)
    .limit(SLICE_ROWS)
)
# A rollback may have restored a tile since, and a moderator deleted it again.
_DELETED = (
    select(revisions.c.tile_id, revisions.c.seq)
    .where(
        revisions.c.kind == "deleted",
        revisions.c.tile_id > bindparam("after"),
        ~exists().where(tiles.c.id == revisions.c.tile_id),
    )
    .ext(distinct_on(revisions.c.tile_id))
    .order_by(revisions.c.tile_id, revisions.c.version.desc())
    .limit(SLICE_ROWS)
)


async def read_canvases(conn: Connection, after: int) -> Slice:
    """Read the canvases with ids above `after`, deleted ones included."""
    found = [RestatedCanvas(**row._asdict()) for row in await conn.fetch_all(_CANVASES, {"after": after})]
    events = [CanvasesRestated(canvases=list(part)) for part in _parts(found)]
    return slice_of(found, events, found[-1].canvas_id if found else None)


async def read_tiles(conn: Connection, after: int) -> Slice:
    """Read the tiles with ids above `after`."""
    found = [RestatedTile(**row._asdict()) for row in await conn.fetch_all(_TILES, {"after": after})]
    events = [TilesRestated(tiles=list(part)) for part in _parts(found)]
    return slice_of(found, events, found[-1].tile_id if found else None)


async def read_deleted_tiles(conn: Connection, after: int) -> Slice:
    """Read from the history which tiles with ids above `after` are deleted."""
    found = [DeletedTile(**row._asdict()) for row in await conn.fetch_all(_DELETED, {"after": after})]
    events = [DeletedTilesRestated(tiles=list(part)) for part in _parts(found)]
    return slice_of(found, events, found[-1].tile_id if found else None)


def _parts(found: Sequence[T]) -> Iterator[Sequence[T]]:
    return (found[start : start + LARGEST] for start in range(0, len(found), LARGEST))
