"""Painters over WebSockets: each stroke's time until its acknowledgement."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence

from bench.artists import BenchArtist
from bench.processes import StackProcesses
from bench.protocols import LiveProtocol
from bench.websocket import WebSocketClient, connect

CELLS = 32 * 32
"""Pixels of a tile, of the size that `bench.artists.create_canvas` makes."""

COLOURS = 17


class StrokePainter:
    """A connection that paints strokes of `pixels` random pixels on random tiles of its canvas.

    `acknowledged` has of each stroke when it was acknowledged and how many seconds that took; `sent_at` when
    it was sent, by its number on the canvas. With `in_flight`, each answer is followed by the next stroke, so
    that as many are always unacknowledged; else strokes are painted by `paint` only.
    """

    def __init__(
        self, tiles: Sequence[int], protocol: LiveProtocol, *, pixels: int, in_flight: int = 0
    ) -> None:
        self.client: WebSocketClient | None = None
        self.acknowledged: list[tuple[float, float]] = []
        self.sent_at: dict[int, float] = {}
        self.refused = 0
        self.stopped = False
        self._tiles = tiles
        self._protocol = protocol
        self._pixels = pixels
        self._in_flight = in_flight
        self._sent = 0
        self._unanswered: dict[int, float] = {}

    @property
    def unanswered(self) -> int:
        """How many strokes have been neither acknowledged nor refused."""
        return len(self._unanswered)

    def start(self) -> None:
        """Paint the first strokes."""
        for _ in range(self._in_flight):
            self.paint()

    def paint(self) -> None:
        assert self.client is not None
        self._sent += 1
        pixels = [[random.randrange(CELLS), random.randrange(COLOURS)] for _ in range(self._pixels)]
        stroke = self._protocol.encode_paint(self._sent, random.choice(self._tiles), pixels)
        self._unanswered[self._sent] = time.perf_counter()
        self.client.send(stroke, self._protocol.opcode)

    async def connect(self, url: str, artist: BenchArtist) -> None:
        """Connect to the canvas at that URL of the live feed, as that artist."""
        ticket = await artist.get_ticket()
        self.client = await connect(f"{url}?ticket={ticket}", self._on_message, self._protocol.name)

    def _on_message(self, payload: bytes) -> None:
        for ref, seq in self._protocol.list_answers(payload):
            now = time.perf_counter()
            sent = self._unanswered.pop(ref)
            if seq is None:
                self.refused += 1
            else:
                self.acknowledged.append((now, now - sent))
                self.sent_at[seq] = sent
            if self._in_flight and not self.stopped:
                self.paint()


class Painted:
    """What painters did in a span of time: latencies in seconds, and CPU time of the stack in µs by part."""

    def __init__(self, painters: Sequence[StrokePainter], processes: StackProcesses) -> None:
        self._painters = painters
        self._processes = processes
        self._cpu_before = processes.cpu_microseconds()
        self.start = time.perf_counter()
        self.end = self.start

    def stop(self) -> None:
        """End the span."""
        self.end = time.perf_counter()
        self.cpu = self._processes.cpu_microseconds() - self._cpu_before

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def rate(self) -> float:
        """Strokes acknowledged per second."""
        return len(self.latencies) / self.seconds

    @property
    def latencies(self) -> list[float]:
        """Seconds from sending a stroke to its acknowledgement, of those acknowledged in the span."""
        return [
            latency
            for painter in self._painters
            for at, latency in painter.acknowledged
            if self.start <= at < self.end
        ]


async def let_paint(
    painters: Sequence[StrokePainter], processes: StackProcesses, *, warm_up: float, seconds: float
) -> Painted:
    """Let all painters paint, each its next stroke after an answer; returns what follows the warm-up."""
    for painter in painters:
        painter.start()
    await asyncio.sleep(warm_up)
    painted = Painted(painters, processes)
    await asyncio.sleep(seconds)
    painted.stop()
    for painter in painters:
        painter.stopped = True
    await asyncio.sleep(0.5)
    for painter in painters:
        assert painter.client is not None
        painter.client.close()
    return painted
