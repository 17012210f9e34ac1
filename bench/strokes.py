"""Durable strokes per second: 64 painters over WebSockets, on eight canvases of eight tiles.

The limit: the same group commit on the same database, called directly in two processes, without sockets,
gateway, viewers and load generator.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field

import aiohttp
import orjson

from bench.artists import create_artists, create_canvas
from bench.report import Result, cpu_seconds, percentile, tiles_database_url
from bench.websocket import WebSocketClient, connect
from tests.support.stack import Stack

PAINTERS = 64
CANVASES = 8
TILES = 8
IN_FLIGHT = 2
"""Unacknowledged strokes per painter: a hand that draws does not wait for the network."""

PIXELS = 6
WARM_UP_SECONDS = 2.0
SECONDS = 10.0


@dataclass
class StrokePainter:
    """Keeps IN_FLIGHT strokes unacknowledged; `acknowledged` has the time and latency of each, in seconds."""

    tiles: list[int]
    client: WebSocketClient | None = None
    acknowledged: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0
    sent: int = 0
    stopped: bool = False
    _sent_at: dict[int, float] = field(default_factory=dict)

    def paint(self) -> None:
        assert self.client is not None
        self.sent += 1
        pixels = [[random.randrange(1024), random.randrange(17)] for _ in range(PIXELS)]
        message = {"type": "paint", "ref": self.sent, "tile_id": random.choice(self.tiles), "pixels": pixels}
        self._sent_at[self.sent] = time.perf_counter()
        self.client.send(orjson.dumps(message))

    def on_message(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"batch"'):
            return
        message = orjson.loads(payload)
        if message["type"] not in ("ack", "nack"):
            return
        now = time.perf_counter()
        sent = self._sent_at.pop(message["ref"])
        if message["type"] == "ack":
            self.acknowledged.append((now, now - sent))
        else:
            self.refused += 1
        if not self.stopped:
            self.paint()


async def measure(stack: Stack) -> list[Result]:
    """Measure acknowledged strokes per second, and the latency of the acknowledgement."""
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, PAINTERS)
        canvases = [await create_canvas(people[n], TILES) for n in range(CANVASES)]
        painters = []
        for number, artist in enumerate(people):
            canvas_id, tiles = canvases[number % CANVASES]
            painter = StrokePainter(tiles)
            url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}?ticket={await artist.get_ticket()}"
            painter.client = await connect(url, painter.on_message)
            painters.append(painter)
    print(f"{PAINTERS} painters paint for {SECONDS:.0f} s ...", file=sys.stderr)
    start, end, cpu = await _let_paint(painters, stack)
    durations = [seconds for painter in painters for at, seconds in painter.acknowledged if start <= at < end]
    rate = len(durations) / (end - start)
    refused = sum(painter.refused for painter in painters)
    limit = await _measure_limit(tiles_database_url(stack), [tile for _, tiles in canvases for tile in tiles])
    what = f"{PAINTERS} painters, {IN_FLIGHT} strokes in flight each"
    return [
        Result(f"durable strokes acknowledged, {what}", rate, "/s", ">= 10,000", limit, "group commit alone"),
        Result("p50 of the acknowledgement", percentile(durations, 0.5) * 1000, "ms"),
        Result("p99 of the acknowledgement", percentile(durations, 0.99) * 1000, "ms", "<= 50"),
        Result("CPU of the whole stack per stroke", cpu / (rate * (end - start)) * 1e6, "µs"),
        Result("strokes refused", refused, "", "0"),
    ]  # fmt: skip


async def _let_paint(painters: list[StrokePainter], stack: Stack) -> tuple[float, float, float]:
    """Let all painters paint; returns start and end of the measured time and the CPU seconds used in it."""
    for painter in painters:
        for _ in range(IN_FLIGHT):
            painter.paint()
    await asyncio.sleep(WARM_UP_SECONDS)
    used, start = cpu_seconds(stack), time.perf_counter()
    await asyncio.sleep(SECONDS)
    cpu, end = cpu_seconds(stack) - used, time.perf_counter()
    for painter in painters:
        painter.stopped = True
    await asyncio.sleep(0.5)
    for painter in painters:
        assert painter.client is not None
        painter.client.close()
    return start, end, cpu


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
