"""Durable strokes a second: 64 painters over WebSocket, on eight canvases of eight tiles.

The limit beside it: the same group commit on the same database, called directly in two processes, without
sockets, gateway, viewers and load generator.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field

import aiohttp
import orjson

from bench.client import Client, connect
from bench.people import artists, canvas
from bench.report import Result, cpu_seconds, percentile, tiles_database
from tests.support.stack import Stack

PAINTERS = 64
CANVASES = 8
TILES = 8
UNDERWAY = 2
"""Strokes a painter sends ahead of the answers: a hand that draws does not wait for the network."""

PIXELS = 6
WARM_UP_SECONDS = 2.0
SECONDS = 10.0


@dataclass
class Painter:
    """Keeps UNDERWAY strokes unanswered; counts what is acknowledged and how long it took, in seconds."""

    tiles: list[int]
    client: Client | None = None
    acknowledged: list[tuple[float, float]] = field(default_factory=list)
    refused: int = 0
    sent: int = 0
    stopped: bool = False
    _at: dict[int, float] = field(default_factory=dict)

    def paint(self) -> None:
        assert self.client is not None
        self.sent += 1
        pixels = [[random.randrange(1024), random.randrange(17)] for _ in range(PIXELS)]
        message = {"type": "paint", "ref": self.sent, "tile_id": random.choice(self.tiles), "pixels": pixels}
        self._at[self.sent] = time.perf_counter()
        self.client.send(orjson.dumps(message))

    def hear(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"batch"'):
            return
        message = orjson.loads(payload)
        if message["type"] not in ("ack", "nack"):
            return
        now = time.perf_counter()
        sent = self._at.pop(message["ref"])
        if message["type"] == "ack":
            self.acknowledged.append((now, now - sent))
        else:
            self.refused += 1
        if not self.stopped:
            self.paint()


async def measure(stack: Stack) -> list[Result]:
    """Strokes acknowledged a second and how long the acknowledgement took."""
    async with aiohttp.ClientSession(stack.url) as http:
        people = await artists(http, PAINTERS)
        canvases = [await canvas(people[n], TILES) for n in range(CANVASES)]
        painters = []
        for number, artist in enumerate(people):
            canvas_id, tiles = canvases[number % CANVASES]
            painter = Painter(tiles)
            url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}?ticket={await artist.ticket()}"
            painter.client = await connect(url, painter.hear)
            painters.append(painter)
    print(f"{PAINTERS} painters paint for {SECONDS:.0f} s ...", file=sys.stderr)
    begin, end, cpu = await _let_paint(painters, stack)
    took = [seconds for painter in painters for at, seconds in painter.acknowledged if begin <= at < end]
    rate = len(took) / (end - begin)
    refused = sum(painter.refused for painter in painters)
    limit = await _limit(tiles_database(stack), [tile for _, tiles in canvases for tile in tiles])
    what = f"{PAINTERS} painters, {UNDERWAY} strokes under way each"
    return [
        Result(f"durable strokes acknowledged, {what}", rate, "/s", ">= 10,000", limit, "group commit alone"),
        Result("p50 of the acknowledgement", percentile(took, 0.5) * 1000, "ms"),
        Result("p99 of the acknowledgement", percentile(took, 0.99) * 1000, "ms", "<= 50"),
        Result("CPU of the whole stack for a stroke", cpu / (rate * (end - begin)) * 1e6, "µs"),
        Result("strokes refused", refused, "", "0"),
    ]  # fmt: skip


async def _let_paint(painters: list[Painter], stack: Stack) -> tuple[float, float, float]:
    """Begin and end of what is measured, and the seconds of CPU that the stack used in between."""
    for painter in painters:
        for _ in range(UNDERWAY):
            painter.paint()
    await asyncio.sleep(WARM_UP_SECONDS)
    used, begin = cpu_seconds(stack), time.perf_counter()
    await asyncio.sleep(SECONDS)
    cpu, end = cpu_seconds(stack) - used, time.perf_counter()
    for painter in painters:
        painter.stopped = True
    await asyncio.sleep(0.5)
    for painter in painters:
        assert painter.client is not None
        painter.client.close()
    return begin, end, cpu


async def _limit(database_url: str, tiles: list[int]) -> float:
    """Strokes a second of two processes that only write, each with half the painters."""
    asked = orjson.dumps({"url": database_url, "tiles": tiles, "painters": PAINTERS // 2})
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.group_commit"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    answers = await asyncio.gather(*(process.communicate(asked) for process in processes))
    return float(sum(orjson.loads(output) for output, _ in answers))
