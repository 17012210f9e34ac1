"""A canvas of 4,096 tiles with a million revisions, compared with one that has one revision per tile.

The revisions are inserted into the database directly, because a million requests would take too long.
"""

from __future__ import annotations

import base64
import sys
import zlib
from functools import partial

import aiohttp
import psycopg2

from bench.artists import BenchArtist, create_artists
from bench.load import LoadResult, make_request, run_load
from bench.report import Result, percentile, tiles_database_url
from tests.support.stack import Stack

COLUMNS = 64
TILES = COLUMNS * COLUMNS
REVISIONS = 1_000_000
SIZE = 16
ROUNDS = 3
SECONDS = 1.5
CLIENTS = 8

_TILES = """
    INSERT INTO tiles (canvas_id, x, y, size, pixels, is_public, creator_id, version)
    SELECT %(canvas)s, n %% %(columns)s, n / %(columns)s, %(size)s,
        decode(repeat('01', %(size)s * %(size)s), 'hex'), true, canvases.owner_id, %(versions)s
    FROM generate_series(0, %(tiles)s - 1) AS n, canvases WHERE canvases.id = %(canvas)s
    RETURNING id
"""
# Strokes of three pixels, and the whole picture every 64th version, as the service stores them.
_REVISIONS = """
    INSERT INTO revisions
        (tile_id, version, canvas_id, seq, x, y, author_id, kind, pixels, stroke, details, occurred_at)
    SELECT id, made.version, canvas_id, (id - min(id) OVER ()) * %(versions)s + made.version,
        x, y, creator_id,
        CASE WHEN made.version = 1 THEN 'created' ELSE 'stroke' END,
        CASE WHEN made.version = 1 OR made.version %% 64 = 0 THEN %(picture)s::bytea END,
        CASE WHEN made.version > 1 THEN '\\x000001000102000203'::bytea END,
        CASE WHEN made.version = 1 THEN '{"title": null, "description": null, "is_public": true}'::jsonb END,
        now() - interval '1 day' + make_interval(secs => made.version)
    FROM tiles, generate_series(1, %(versions)s) AS made (version) WHERE canvas_id = %(canvas)s
"""
_COUNT = "UPDATE canvases SET tile_count = %(tiles)s, seq = %(tiles)s * %(versions)s WHERE id = %(canvas)s"


async def measure(stack: Stack) -> list[Result]:
    """Measure each operation on the canvas with a long history, and on the one without."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await create_artists(http, 1)
        long, short = await _create_canvas(artist), await _create_canvas(artist)
    picture = zlib.compress(b"\1" * SIZE * SIZE)
    ids = {}
    for canvas_id, versions in ((long, REVISIONS // TILES), (short, 1)):
        print(f"writing {TILES * versions:,} revisions ...", file=sys.stderr)
        ids[canvas_id] = _fill(tiles_database_url(stack), canvas_id, versions, picture)
    results = []
    for what, make in _OPERATIONS.items():
        loads: dict[int, list[LoadResult]] = {long: [], short: []}
        for _ in range(ROUNDS):
            for canvas_id, found in loads.items():
                requests = [partial(make, artist.token, tile) for tile in ids[canvas_id][:CLIENTS]]
                found.append(await run_load(stack.url, requests, SECONDS))
        rates = [percentile([one.rate for one in loads[canvas_id]], 0.5) for canvas_id in (long, short)]
        results.append(
            Result(f"{what}, {REVISIONS:,} revisions", rates[0], "/s", "", rates[1], "one revision per tile")
        )
    return results


async def _create_canvas(owner: BenchArtist) -> int:
    draft = {
        "name": "A long history", "width": COLUMNS * SIZE, "height": COLUMNS * SIZE, "tile_size": SIZE,
        "palette": "pico-8", "max_tiles_per_user": TILES,
    }  # fmt: skip
    return int((await owner.call("POST", "/canvases", draft))["id"])


def _fill(url: str, canvas_id: int, versions: int, picture: bytes) -> list[int]:
    """Fill each cell of the canvas with a tile that has this many versions; returns the ids of the tiles."""
    params = {
        "canvas": canvas_id, "columns": COLUMNS, "size": SIZE, "tiles": TILES, "versions": versions,
        "picture": psycopg2.Binary(picture),
    }  # fmt: skip
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_TILES, params)
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute(_REVISIONS, params)
            cursor.execute(_COUNT, params)
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE tiles, revisions")
    finally:
        connection.close()
    return ids


def _read(token: str, tile_id: int) -> bytes:
    return make_request("GET", f"/api/v1/tiles/{tile_id}", token)


def _save(token: str, tile_id: int) -> bytes:
    pixels = base64.b64encode(b"\2" * SIZE * SIZE).decode()
    return make_request("PUT", f"/api/v1/tiles/{tile_id}", token, {"pixels": pixels})


def _list(token: str, tile_id: int) -> bytes:
    return make_request("GET", f"/api/v1/tiles/{tile_id}/history?limit=1", token)


def _show(token: str, tile_id: int) -> bytes:
    return make_request("GET", f"/api/v1/tiles/{tile_id}/history/1", token)


_OPERATIONS = {"reads": _read, "saves": _save, "histories listed": _list, "versions shown": _show}
