"""Durable strokes per second: 64 painters over WebSockets, on eight canvases of eight tiles.

The limit: the same group commit on the same database, called directly in two processes, without sockets,
gateway, viewers and load generator.
"""

from __future__ import annotations

import asyncio
import sys

import aiohttp
import orjson

from bench.artists import create_artists, create_canvas
from bench.painters import StrokePainter, let_paint
from bench.protocols import JsonProtocol
from bench.report import Result, percentile, processes_of, results_by_part, tiles_database_url
from tests.support.stack import Stack

PAINTERS = 64
CANVASES = 8
TILES = 8
IN_FLIGHT = 2
"""Unacknowledged strokes per painter: a hand that draws does not wait for the network."""

PIXELS = 6
WARM_UP_SECONDS = 2.0
SECONDS = 10.0


async def measure(stack: Stack) -> list[Result]:
    """Measure acknowledged strokes per second, and the latency of the acknowledgement."""
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, PAINTERS)
        canvases = [await create_canvas(people[n], TILES) for n in range(CANVASES)]
        painters = []
        for number, artist in enumerate(people):
            canvas_id, tiles = canvases[number % CANVASES]
            painter = StrokePainter(tiles, JsonProtocol(), pixels=PIXELS, in_flight=IN_FLIGHT)
            url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}"
            await painter.connect(url, artist)
            painters.append(painter)
    print(f"{PAINTERS} painters paint for {SECONDS:.0f} s ...", file=sys.stderr)
    painted = await let_paint(painters, processes_of(stack), warm_up=WARM_UP_SECONDS, seconds=SECONDS)
    latencies = painted.latencies
    refused = sum(painter.refused for painter in painters)
    limit = await _measure_limit(tiles_database_url(stack), [tile for _, tiles in canvases for tile in tiles])
    what = f"{PAINTERS} painters, {IN_FLIGHT} strokes in flight each"
    return [
        Result(
            f"durable strokes acknowledged, {what}",
            painted.rate,
            "/s",
            ">= 10,000",
            limit,
            "group commit alone",
        ),
        Result("p50 of the acknowledgement", percentile(latencies, 0.5) * 1000, "ms"),
        Result("p99 of the acknowledgement", percentile(latencies, 0.99) * 1000, "ms", "<= 50"),
        *results_by_part("CPU per stroke", painted.cpu, "µs", scale=1 / len(latencies)),
        Result("strokes refused", refused, "", "0"),
    ]


async def _measure_limit(database_url: str, tiles: list[int]) -> float:
    """Return the strokes per second of two processes that only write, each with half of the painters."""
    parameters = orjson.dumps({"url": database_url, "tiles": tiles, "painters": PAINTERS // 2})
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.group_commit"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    outputs = await asyncio.gather(*(process.communicate(parameters) for process in processes))
    return float(sum(orjson.loads(output) for output, _ in outputs))
