"""Reads from one tiles process over 16 connections, compared with /health, or /ready if the read needs the
database.

/ready is /health plus one query (`SELECT 1`), the minimum cost of a handler that queries the database. Every
round measures each path in turn, so that other load on the machine affects all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import repeat

import aiohttp

from bench.artists import create_artists, create_canvas
from bench.load import LoadResult, make_request, run_load
from bench.report import Result, percentile
from tests.support.stack import Stack

CONNECTIONS = 16
ROUNDS = 5
SECONDS = 1.0
TILES = 1024

HEALTH, READY = "/health", "/ready"


async def measure(stack: Stack) -> list[Result]:
    """Measure reads per second, and the duration of a large response."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await create_artists(http, 1)
        canvas_id, (first, *_) = await create_canvas(artist, TILES)
    of_canvas, of_tiles = f"/api/v1/canvases/{canvas_id}", f"/api/v1/tiles/canvas/{canvas_id}"
    compared = {
        f"/api/v1/tiles/{first}": ("a tile", READY, ">= 0.90"),
        f"{of_tiles}/position?x=3&y=3": ("a tile by its position", READY, ">= 0.90"),
        f"{of_canvas}.png": (f"PNG of {TILES} tiles from the cache", HEALTH, ">= 0.80"),
        f"{of_canvas}/snapshot": (f"snapshot of {TILES} tiles from the cache", HEALTH, ">= 0.80"),
        f"{of_tiles}/position/neighbors?x=9&y=9&radius=5": ("neighbours, radius 5: 120 tiles", READY, ""),
    }  # fmt: skip
    rates = await _measure_interleaved(stack, [HEALTH, READY, *compared])
    results = [
        Result(what, rates[path], "/s", f"{target} of the limit" if target else "", rates[limit], limit)
        for path, (what, limit, target) in compared.items()
    ]
    region = f"{of_canvas}/region?x=0&y=0&columns=32&rows=32"
    one = await run_load(stack.tiles_url, [lambda: make_request("GET", region)], 3 * SECONDS)
    duration = percentile(one.durations, 0.5) * 1000
    return [*results, Result(f"{TILES} tiles with pixels, one response", duration, "ms", "<= 50")]


async def _measure_interleaved(stack: Stack, paths: list[str]) -> Mapping[str, float]:
    """Return the median rate of each path."""
    found: dict[str, list[LoadResult]] = {path: [] for path in paths}
    for number in range(1, ROUNDS + 1):
        print(f"reads, round {number} of {ROUNDS} ...", file=sys.stderr)
        for path in paths:
            sent = make_request("GET", path)
            found[path].append(
                await run_load(stack.tiles_url, [repeat(sent).__next__] * CONNECTIONS, SECONDS)
            )
    return {path: percentile([one.rate for one in loads], 0.5) for path, loads in found.items()}
