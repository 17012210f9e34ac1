"""Reads of one tiles process, 16 connections: beside /health, and /ready where a read asks the database.

/ready is /health with one query (`SELECT 1`): what any handler costs that looks something up. Every round
asks for each in turn, so that all of them share whatever else the machine does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import repeat

import aiohttp

from bench.load import Load, load, request
from bench.people import artists, canvas
from bench.report import Result, percentile
from tests.support.stack import Stack

CONNECTIONS = 16
ROUNDS = 5
SECONDS = 1.0
TILES = 1024

HEALTH, READY = "/health", "/ready"


async def measure(stack: Stack) -> list[Result]:
    """Reads a second, and how long large answers take."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await artists(http, 1)
        canvas_id, (first, *_) = await canvas(artist, TILES)
    of_canvas, of_tiles = f"/api/v1/canvases/{canvas_id}", f"/api/v1/tiles/canvas/{canvas_id}"
    compared = {
        f"/api/v1/tiles/{first}": ("a tile", READY, ">= 0.60"),
        f"{of_tiles}/position?x=3&y=3": ("a tile by its position", READY, ">= 0.60"),
        f"{of_canvas}.png": (f"PNG of {TILES} tiles from the cache", HEALTH, ">= 0.80"),
        f"{of_canvas}/snapshot": (f"snapshot of {TILES} tiles from the cache", HEALTH, ">= 0.80"),
        f"{of_tiles}/position/neighbors?x=9&y=9&radius=5": ("neighbours, radius 5: 120 tiles", READY, ""),
    }  # fmt: skip
    rates = await _interleaved(stack, [HEALTH, READY, *compared])
    results = [
        Result(what, rates[path], "/s", f"{target} of the limit" if target else "", rates[limit], limit)
        for path, (what, limit, target) in compared.items()
    ]
    region = f"{of_canvas}/region?x=0&y=0&columns=32&rows=32"
    one = await load(stack.tiles_url, [lambda: request("GET", region)], 3 * SECONDS)
    took = percentile(one.took, 0.5) * 1000
    return [*results, Result(f"{TILES} tiles with pixels, one answer", took, "ms", "<= 50")]


async def _interleaved(stack: Stack, paths: list[str]) -> Mapping[str, float]:
    """The median rate of each path."""
    found: dict[str, list[Load]] = {path: [] for path in paths}
    for number in range(1, ROUNDS + 1):
        print(f"reads, round {number} of {ROUNDS} ...", file=sys.stderr)
        for path in paths:
            sent = request("GET", path)
            found[path].append(await load(stack.tiles_url, [repeat(sent).__next__] * CONNECTIONS, SECONDS))
    return {path: percentile([one.rate for one in loads], 0.5) for path, loads in found.items()}
