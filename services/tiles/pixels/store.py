"""SQL of the changes that painted pixels."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from services.tiles.artists.rules import Artist
from services.tiles.pixels.rules import KEEP_AFTER, Origin, Origins, PastChange
from services.tiles.revisions.rules import Kind
from shared.db import Connection

_KEPT = text("SELECT version, packed FROM origins WHERE tile_id = :tile_id")
# A stroke that left a whole picture as well counts as the stroke.
_CHANGES = text(
    "SELECT version, kind, CASE WHEN stroke IS NULL THEN pixels END AS pixels, stroke FROM revisions"
    " WHERE tile_id = :tile_id AND version > :after AND version <= :until ORDER BY version LIMIT :count"
)
_ORIGIN = text(
    "SELECT author_id, username, coalesce(display_name, username) AS display_name, seq, occurred_at"
    " FROM revisions JOIN artists ON artists.id = author_id"
    " WHERE tile_id = :tile_id AND version = :version"
)
# The tile may be gone by now; another process may have kept a newer version.
_KEEP = text(
    "INSERT INTO origins AS known (tile_id, version, packed)"
    " SELECT id, :kept_version, :packed FROM tiles WHERE id = :tile_id"
    " ON CONFLICT (tile_id) DO UPDATE SET version = excluded.version, packed = excluded.packed"
    " WHERE known.version < excluded.version"
)
# Of canvases that changed a moment ago, by their index: there may be millions of other tiles.
_BEHIND = text(
    "SELECT tiles.id, size, tiles.version FROM canvases"
    " JOIN tiles ON tiles.canvas_id = canvases.id LEFT JOIN origins ON origins.tile_id = tiles.id"
    " WHERE is_active AND active_minute >= floor(date_part('epoch', now()) / 60) - 1"
    " AND tiles.version >= coalesce(origins.version, 0) + :keep_after LIMIT :count"
)


async def get_kept(conn: Connection, tile_id: int, size: int) -> Origins:
    """Return the origins of a tile as they were last kept; those of a new tile if they never were."""
    row = await conn.fetch_one(_KEPT, {"tile_id": tile_id})
    return Origins(size) if row is None else Origins.unpack(size, row.version, row.packed)


async def list_changes(
    conn: Connection, tile_id: int, *, after: int, until: int, count: int
) -> Sequence[PastChange]:
    """Return up to `count` changes of a tile beyond version `after`, in order, up to `until`."""
    params = {"tile_id": tile_id, "after": after, "until": until, "count": count}
    rows = await conn.fetch_all(_CHANGES, params)
    return [PastChange(row.version, Kind(row.kind), row.pixels, row.stroke) for row in rows]


async def get_origin(conn: Connection, tile_id: int, version: int) -> Origin | None:
    """Return artist, time and number of a change of a tile, None if there is none."""
    row = await conn.fetch_one(_ORIGIN, {"tile_id": tile_id, "version": version})
    if row is None:
        return None
    return Origin(Artist(row.author_id, row.username, row.display_name), row.occurred_at, row.seq)


async def keep(conn: Connection, tile_id: int, origins: Origins) -> None:
    """Keep the origins of a tile, unless newer ones are kept or the tile is gone."""
    await conn.execute(_KEEP, {"tile_id": tile_id, "kept_version": origins.version, "packed": origins.pack()})


async def list_behind(conn: Connection, count: int) -> Sequence[tuple[int, int, int]]:
    """Return up to `count` tiles whose kept origins are KEEP_AFTER versions old: id, size and version."""
    rows = await conn.fetch_all(_BEHIND, {"keep_after": KEEP_AFTER, "count": count})
    return [(row.id, row.size, row.version) for row in rows]
