"""SQL of time-lapses: the history of existing public tiles only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from services.tiles.revisions.rules import Kind
from services.tiles.timelapse.rules import MAX_CHANGES, Reel, Shot
from shared.db import Connection, Row

_REEL = text(
    "SELECT count(*) AS changes, min(occurred_at) AS start, max(occurred_at) AS end FROM ("
    " SELECT occurred_at FROM revisions JOIN tiles ON tiles.id = tile_id AND is_public"
    " WHERE revisions.canvas_id = :canvas_id ORDER BY occurred_at DESC LIMIT :count) AS newest"
)
_NEXT_TILES = text(
    "SELECT max(id) FROM (SELECT id FROM tiles WHERE canvas_id = :canvas_id AND id > :after"
    " ORDER BY id LIMIT :count) AS next"
)
# Of the tiles that existed before the start, the newest whole picture and the strokes on it since.
_BEFORE = text(
    "SELECT revisions.tile_id, revisions.x, revisions.y, kind, revisions.pixels, stroke, occurred_at, seq"
    " FROM tiles CROSS JOIN LATERAL (SELECT max(version) AS version FROM revisions"
    " WHERE tile_id = tiles.id AND occurred_at < :start AND pixels IS NOT NULL) AS whole"
    " JOIN revisions ON revisions.tile_id = tiles.id AND revisions.version >= whole.version"
    " AND occurred_at < :start"
    " WHERE tiles.canvas_id = :canvas_id AND is_public AND tiles.id > :after AND tiles.id <= :last"
    " ORDER BY revisions.tile_id, revisions.version"
)
_SHOTS = text(
    "SELECT tile_id, revisions.x, revisions.y, kind, revisions.pixels, stroke, occurred_at, seq"
    " FROM revisions JOIN tiles ON tiles.id = tile_id AND is_public"
    " WHERE revisions.canvas_id = :canvas_id AND occurred_at BETWEEN :start AND :end"
    " AND (occurred_at, seq, tile_id) > (:start, :after, :after_tile)"
    " ORDER BY occurred_at, seq, tile_id LIMIT :count"
)


async def get_reel(conn: Connection, canvas_id: int) -> Reel | None:
    """Return the part of a canvas's history that is shown, None if there is none."""
    row = await conn.fetch_one(_REEL, {"canvas_id": canvas_id, "count": MAX_CHANGES})
    return Reel(row.changes, row.start, row.end) if row.changes else None


async def get_last_of_next_tiles(conn: Connection, canvas_id: int, *, after: int, count: int) -> int | None:
    """Return the id of the last of the next `count` tiles beyond `after`, None if there are none."""
    found = await conn.fetch_value(_NEXT_TILES, {"canvas_id": canvas_id, "after": after, "count": count})
    return None if found is None else int(found)


async def list_before(
    conn: Connection, canvas_id: int, start: datetime, *, after: int, last: int
) -> Sequence[Shot]:
    """Return the changes that made up the tiles with ids beyond `after`, up to `last`, at the start."""
    params = {"canvas_id": canvas_id, "start": start, "after": after, "last": last}
    return [_shot_of(row) for row in await conn.fetch_all(_BEFORE, params)]


async def list_shots(
    conn: Connection, canvas_id: int, start: datetime, end: datetime, *, after: tuple[int, int], count: int
) -> Sequence[Shot]:
    """Return the next `count` changes in order, from `start` to `end`.

    Those at the start begin beyond the number and the tile in `after`: one change may concern several tiles.
    """
    seq, tile_id = after
    params = {
        "canvas_id": canvas_id, "start": start, "end": end, "after": seq, "after_tile": tile_id,
        "count": count,
    }  # fmt: skip
    return [_shot_of(row) for row in await conn.fetch_all(_SHOTS, params)]


def _shot_of(row: Row) -> Shot:
    return Shot(row.tile_id, row.x, row.y, Kind(row.kind), row.pixels, row.stroke, row.occurred_at, row.seq)
