"""SQL of placements; the caller holds the canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, func, select, text

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.locking import prepend_lock
from services.tiles.charges.rules import Charges
from services.tiles.placing.rules import (
    REPEAT_SECONDS,
    TAKE_BACK_SECONDS,
    Board,
    Cell,
    Kept,
    KeptPlacement,
    LastPlacement,
    PaintedTile,
    Placed,
    PlacedPixel,
    Placement,
    hour_of,
    pack_pixels,
    unpack_pixels,
)
from services.tiles.tables import artists, canvases
from shared.db import Connection, byte_strings, integers, texts

# Not now(): a transaction may begin long before it gets the canvas's lock.
_CANVAS = (
    select(*canvases_store.COLUMNS, func.clock_timestamp().label("now"))
    .join_from(canvases, artists, artists.c.id == canvases.c.owner_id)
    .where(canvases.c.id == bindparam("canvas_id"))
)
_KEPT = text(
    "SELECT wanted.artist_id, wanted.ref, full_at, pixels, answer"
    " FROM unnest(CAST(:artist_ids AS bigint[]), CAST(:refs AS text[])) AS wanted (artist_id, ref)"
    " LEFT JOIN charges ON charges.canvas_id = :canvas_id AND charges.artist_id = wanted.artist_id"
    " LEFT JOIN placements ON placements.canvas_id = :canvas_id"
    " AND placements.artist_id = wanted.artist_id AND placements.ref = wanted.ref"
    " AND placed_at > clock_timestamp() - make_interval(secs => :seconds)"
)
# A cell's first pixel makes its tile, whose revision needs the id.
_TILES = text(
    "SELECT wanted.x, wanted.y, pixels, coalesce(version, 0) AS version,"
    " CASE WHEN tiles.id IS NULL THEN nextval('tiles_id_seq') ELSE tiles.id END AS id"
    " FROM unnest(CAST(:xs AS int[]), CAST(:ys AS int[])) AS wanted (x, y)"
    " LEFT JOIN tiles ON tiles.canvas_id = :canvas_id AND tiles.x = wanted.x AND tiles.y = wanted.y"
)
_SAVE = text(
    "INSERT INTO tiles (id, canvas_id, x, y, size, pixels, is_public, version, updated_at)"
    " SELECT id, :canvas_id, x, y, :size, pixels, true, version, :now"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:xs AS int[]), CAST(:ys AS int[]),"
    " CAST(:pixels AS bytea[]), CAST(:versions AS int[])) AS painted (id, x, y, pixels, version)"
    " ON CONFLICT (id) DO UPDATE SET pixels = excluded.pixels, version = excluded.version,"
    " updated_at = excluded.updated_at"
)
_SPEND = text(
    "INSERT INTO charges AS known (canvas_id, artist_id, full_at, pixels_placed)"
    " SELECT :canvas_id, artist_id, full_at, pixels FROM unnest(CAST(:artist_ids AS bigint[]),"
    " CAST(:full_at AS timestamptz[]), CAST(:pixels AS bigint[])) AS spent (artist_id, full_at, pixels)"
    " ON CONFLICT (canvas_id, artist_id) DO UPDATE SET full_at = excluded.full_at,"
    " pixels_placed = known.pixels_placed + excluded.pixels_placed"
)
_UNPUBLISHED = text("INSERT INTO unpublished_charges VALUES (:canvas_id) ON CONFLICT DO NOTHING")
_COUNT = text(
    "INSERT INTO placed_hours AS known (canvas_id, hour, colour, pixels)"
    " SELECT :canvas_id, hour, colour, pixels FROM unnest(CAST(:hours AS int[]),"
    " CAST(:colours AS smallint[]), CAST(:pixels AS int[])) AS placed (hour, colour, pixels)"
    " ON CONFLICT (canvas_id, hour, colour) DO UPDATE SET pixels = known.pixels + excluded.pixels"
)
_UNCOUNT = text(
    "UPDATE placed_hours AS known SET pixels = known.pixels - returned.pixels"
    " FROM unnest(CAST(:colours AS smallint[]), CAST(:pixels AS int[])) AS returned (colour, pixels)"
    " WHERE canvas_id = :canvas_id AND hour = :hour AND known.colour = returned.colour"
)
_KEEP = text(
    "INSERT INTO placements (canvas_id, artist_id, ref, seq, pixels, answer, placed_at)"
    " SELECT :canvas_id, artist_id, ref, seq, pixels, CAST(answer AS json), :now"
    " FROM unnest(CAST(:artist_ids AS bigint[]), CAST(:refs AS text[]), CAST(:seqs AS bigint[]),"
    " CAST(:pixels AS bytea[]), CAST(:answers AS text[])) AS placed (artist_id, ref, seq, pixels, answer)"
    " ON CONFLICT (canvas_id, artist_id, ref) DO UPDATE SET seq = excluded.seq, pixels = excluded.pixels,"
    " answer = excluded.answer, placed_at = excluded.placed_at, is_taken_back = false"
)
_LAST = text(
    "SELECT ref, placements.seq, pixels, is_taken_back, placed_at, full_at"
    " FROM placements JOIN charges USING (canvas_id, artist_id)"
    " WHERE canvas_id = :canvas_id AND artist_id = :artist_id"
    " AND placed_at > clock_timestamp() - make_interval(secs => :seconds)"
    " ORDER BY placements.seq DESC LIMIT 1"
)
_TAKE_BACK = text(
    "UPDATE placements SET is_taken_back = true"
    " WHERE canvas_id = :canvas_id AND artist_id = :artist_id AND ref = :ref"
)
_RETURN = text(
    "UPDATE charges SET full_at = :new_full_at, pixels_placed = pixels_placed - :pixels"
    " WHERE canvas_id = :canvas_id AND artist_id = :artist_id"
)
# A tile that was created since is another one, as the one painted on was removed: nothing is left there.
_LATER = text(
    "SELECT tile_id, CASE WHEN kind <> 'created' THEN stroke END AS stroke FROM revisions"
    " WHERE tile_id = ANY(CAST(:tile_ids AS bigint[])) AND seq > :seq"
    " AND kind <> 'described' ORDER BY tile_id, version"
)
_PRUNE = text("DELETE FROM placements WHERE placed_at < clock_timestamp() - make_interval(secs => :seconds)")


async def get_board(conn: Connection, canvas_id: int) -> Board | None:
    """Lock a canvas and return it with the time by then, None if there is none."""
    prepend_lock(conn, canvas_id)
    row = await conn.fetch_one(_CANVAS, {"canvas_id": canvas_id})
    return None if row is None else Board(canvases_store.canvas_of(row), row.now)


async def read_artists(conn: Connection, board: Board, placements: Iterable[Placement]) -> None:
    """Read the charges of those who place, and what they placed under the same refs."""
    wanted = {(placement.actor.id, placement.ref) for placement in placements}
    params = {
        "canvas_id": board.canvas.id,
        "artist_ids": integers([artist_id for artist_id, _ in wanted]),
        "refs": texts([ref for _, ref in wanted]),
        "seconds": REPEAT_SECONDS,
    }
    for row in await conn.fetch_all(_KEPT, params):
        if row.full_at is not None:
            board.full_at[row.artist_id] = row.full_at
        if row.answer is not None:
            kept = KeptPlacement(unpack_pixels(row.pixels), _placed_of(row.answer))
            board.kept[row.artist_id, row.ref] = kept


async def read_tiles(conn: Connection, board: Board, cells: Collection[Cell]) -> None:
    """Read the tiles in these cells, if any; one that does not exist yet is blank, at version 0."""
    if not cells:
        return
    ordered = sorted(cells)
    params = {
        "canvas_id": board.canvas.id,
        "xs": integers([x for x, _ in ordered]),
        "ys": integers([y for _, y in ordered]),
    }
    blank = bytes(board.canvas.tile_size**2)
    for row in await conn.fetch_all(_TILES, params):
        pixels = bytearray(blank if row.pixels is None else row.pixels)
        board.tiles[row.x, row.y] = PaintedTile(row.id, (row.x, row.y), pixels, row.version)


def defer_save(conn: Connection, board: Board, cells: Collection[Cell]) -> None:
    """Store the tiles in these cells."""
    tiles = [board.tiles[cell] for cell in sorted(cells)]
    conn.defer(
        _SAVE,
        {
            "canvas_id": board.canvas.id,
            "size": board.canvas.tile_size,
            "now": board.now,
            "ids": integers([tile.id for tile in tiles]),
            "xs": integers([tile.cell[0] for tile in tiles]),
            "ys": integers([tile.cell[1] for tile in tiles]),
            "pixels": byte_strings([tile.pixels for tile in tiles]),
            "versions": integers([tile.version for tile in tiles]),
        },
    )


def defer_spend(conn: Connection, board: Board, pixels: Mapping[int, int]) -> None:
    """Store the charges of artists, with the `pixels` that they placed."""
    conn.defer(
        _SPEND,
        {
            "canvas_id": board.canvas.id,
            "artist_ids": integers(pixels),
            "full_at": texts([board.full_at[artist_id].isoformat() for artist_id in pixels]),
            "pixels": integers(pixels.values()),
        },
    )
    conn.defer(_UNPUBLISHED, {"canvas_id": board.canvas.id})


def defer_count(conn: Connection, canvas_id: int, placed: Mapping[tuple[int, int], int]) -> None:
    """Count placed pixels by hour and colour."""
    conn.defer(
        _COUNT,
        {
            "canvas_id": canvas_id,
            "hours": integers([hour for hour, _ in placed]),
            "colours": integers([colour for _, colour in placed]),
            "pixels": integers(placed.values()),
        },
    )


def defer_keep(conn: Connection, board: Board, kept: Sequence[Kept]) -> None:
    """Keep placements and their answers."""
    conn.defer(
        _KEEP,
        {
            "canvas_id": board.canvas.id,
            "now": board.now,
            "artist_ids": integers([one.placement.actor.id for one in kept]),
            "refs": texts([one.placement.ref for one in kept]),
            "seqs": integers([one.kept.placed.seq for one in kept]),
            "pixels": byte_strings([pack_pixels(one.kept.pixels) for one in kept]),
            "answers": texts([orjson.dumps(one.kept.placed).decode() for one in kept]),
        },
    )


async def get_last(conn: Connection, canvas_id: int, artist_id: int) -> LastPlacement | None:
    """Return an artist's last placement, None if it is too long ago to be taken back or was already."""
    params = {"canvas_id": canvas_id, "artist_id": artist_id, "seconds": TAKE_BACK_SECONDS}
    row = await conn.fetch_one(_LAST, params)
    if row is None or row.is_taken_back:
        return None
    return LastPlacement(row.ref, row.seq, unpack_pixels(row.pixels), row.placed_at, row.full_at)


async def list_later_strokes(
    conn: Connection, tile_ids: Collection[int], seq: int
) -> Mapping[int, Sequence[bytes | None]]:
    """Return the strokes on these tiles since a change, by tile; None stands for a whole picture."""
    strokes: dict[int, list[bytes | None]] = {}
    for row in await conn.fetch_all(_LATER, {"tile_ids": integers(tile_ids), "seq": seq}):
        strokes.setdefault(row.tile_id, []).append(row.stroke)
    return strokes


def defer_take_back(
    conn: Connection, board: Board, artist_id: int, last: LastPlacement, pixels: Sequence[PlacedPixel]
) -> None:
    """Mark a placement as taken back, its answer stays; return the charges of these pixels, uncount them."""
    whose = {"canvas_id": board.canvas.id, "artist_id": artist_id}
    colours = Counter(pixel.colour for pixel in pixels)
    conn.defer(_TAKE_BACK, {**whose, "ref": last.ref})
    conn.defer(_RETURN, {**whose, "new_full_at": board.full_at[artist_id], "pixels": len(pixels)})
    conn.defer(_UNPUBLISHED, {"canvas_id": board.canvas.id})
    conn.defer(
        _UNCOUNT,
        {
            "canvas_id": board.canvas.id,
            "hour": hour_of(last.placed_at),
            "colours": integers(colours),
            "pixels": integers(colours.values()),
        },
    )


async def prune(conn: Connection) -> None:
    """Delete placements that nobody can repeat any more."""
    await conn.execute(_PRUNE, {"seconds": REPEAT_SECONDS})


def _placed_of(answer: dict[str, Any]) -> Placed:
    charges = answer["charges"]
    times = [
        charges[name] and datetime.fromisoformat(charges[name]) for name in ("next_charge_at", "full_at")
    ]
    return Placed(answer["seq"], Charges(charges["charges"], charges["max_charges"], *times))
