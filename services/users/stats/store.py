"""SQL of the known tiles and canvases that stats are counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.schema import Table

from services.users.stats.rules import Counts, KnownCanvas, KnownPlacing, KnownTile
from services.users.tables import artist_stats, known_canvases, known_placings, known_tiles
from shared.db import Connection, integers

_COUNTERS = tuple(field.name for field in fields(Counts))

_ENSURE = insert(artist_stats).values(artist_id=bindparam("artist_id")).on_conflict_do_nothing()
_LOCK = (
    select(artist_stats.c.artist_id)
    .where(artist_stats.c.artist_id == bindparam("artist_id"))
    .with_for_update(key_share=True)
)
_TILE = select(known_tiles).where(known_tiles.c.tile_id == bindparam("tile_id"))
_TILES = text("SELECT * FROM known_tiles WHERE tile_id = ANY(CAST(:ids AS bigint[]))")
_ADVANCE = text(
    "UPDATE known_tiles SET seq = restated.seq"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seqs AS bigint[])) AS restated (id, seq)"
    " WHERE tile_id = restated.id AND known_tiles.seq < restated.seq"
)
_CANVAS = select(known_canvases).where(known_canvases.c.canvas_id == bindparam("canvas_id"))
_PLACING = select(known_placings).where(
    known_placings.c.canvas_id == bindparam("canvas_id"),
    known_placings.c.artist_id == bindparam("artist_id"),
)
_ADD = (
    update(artist_stats)
    .where(artist_stats.c.artist_id == bindparam("of_artist"))
    .values({name: artist_stats.c[name] + bindparam(name) for name in _COUNTERS})
)


def _save(table: Table) -> Insert:
    offered = insert(table).values({column.name: bindparam(column.name) for column in table.columns})
    return offered.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: offered.excluded[column.name] for column in table.columns},
    )


_SAVE_TILE = _save(known_tiles)
_SAVE_CANVAS = _save(known_canvases)
_SAVE_PLACING = _save(known_placings)


def prepend_artist_lock(conn: Connection, artist_id: int) -> None:
    """Lock the artist's counts, and with them all that they are counted from, until the transaction ends.

    A tile's creator never changes, and where a canvas's owner does, both are locked. So the transaction that
    holds the artist's row is the only one that reads and writes their known work, including work that is not
    stored yet.
    """
    conn.prepend(_ENSURE, {"artist_id": artist_id})
    conn.prepend(_LOCK, {"artist_id": artist_id})


async def get_tile(conn: Connection, tile_id: int) -> KnownTile | None:
    """Return the known state of a tile, or None."""
    row = await conn.fetch_one(_TILE, {"tile_id": tile_id})
    return None if row is None else KnownTile(**row._asdict())


async def list_tiles(conn: Connection, tile_ids: Sequence[int]) -> Sequence[KnownTile]:
    """Return the known states of those of the tiles that are known."""
    return [KnownTile(**row._asdict()) for row in await conn.fetch_all(_TILES, {"ids": integers(tile_ids)})]


async def advance_tiles(conn: Connection, seqs: Mapping[int, int]) -> None:
    """Store that these tiles were still the same at these numbers, so that older events change nothing."""
    await conn.execute(_ADVANCE, {"ids": integers(seqs), "seqs": integers(seqs.values())})


async def get_canvas(conn: Connection, canvas_id: int) -> KnownCanvas | None:
    """Return the known state of a canvas, or None."""
    row = await conn.fetch_one(_CANVAS, {"canvas_id": canvas_id})
    return None if row is None else KnownCanvas(**row._asdict())


async def get_placing(conn: Connection, canvas_id: int, artist_id: int) -> KnownPlacing | None:
    """Return the known pixels of an artist on a canvas, or None."""
    row = await conn.fetch_one(_PLACING, {"canvas_id": canvas_id, "artist_id": artist_id})
    return None if row is None else KnownPlacing(**row._asdict())


async def save_tile(conn: Connection, tile: KnownTile, counts: Counts) -> None:
    """Store the state of a tile and add `counts` to its creator's."""
    conn.prepend(_SAVE_TILE, asdict(tile))
    await add_counts(conn, tile.creator_id, counts)


async def save_canvas(conn: Connection, canvas: KnownCanvas, counts: Counts) -> None:
    """Store the state of a canvas and add `counts` to its owner's."""
    conn.prepend(_SAVE_CANVAS, asdict(canvas))
    await add_counts(conn, canvas.owner_id, counts)


async def save_placing(conn: Connection, placing: KnownPlacing, counts: Counts) -> None:
    """Store the pixels of an artist on a canvas and add `counts` to the artist's."""
    conn.prepend(_SAVE_PLACING, asdict(placing))
    await add_counts(conn, placing.artist_id, counts)


async def add_counts(conn: Connection, artist_id: int, counts: Counts) -> None:
    """Add to an artist's counts; the caller holds `prepend_artist_lock`."""
    await conn.execute(_ADD, {"of_artist": artist_id, **asdict(counts)})
