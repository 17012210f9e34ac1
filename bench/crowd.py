"""A crowd before one picture: viewers of one canvas on which 100 strokes per second are painted.

Every viewer receives everything; every tenth, 100 at most, notes when it received each stroke. First come
single strokes on the quiet canvas, then strokes at a steady pace: a crowd does not wait for the server.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import NamedTuple

import aiohttp

from bench.artists import BenchArtist, create_artists, create_canvas
from bench.audience import Audience
from bench.limits import limit_viewers
from bench.painters import Painted, StrokePainter
from bench.processes import StackProcesses
from bench.protocols import LiveProtocol
from bench.report import Result, percentile, processes_of, results_by_part
from bench.watchers import Watchers
from tests.support.stack import Stack

PACE = 100
"""Strokes per second, by default."""

PAINTERS = 20
TILES = 64
MOST_WATCHERS = 100
QUIET_STROKES = 25
QUIET_PAUSE_SECONDS = 0.2
QUIET_SECONDS = 8.0
"""When no further quiet stroke is begun: those of a crowd that is too large take a second each."""

WARM_UP_SECONDS = 3.0
SECONDS = 10.0
PATIENCE_SECONDS = 10.0
"""How long strokes may take before they count as not seen."""


class Targets(NamedTuple):
    """What is aimed at on two cores that the load generator shares, at 100 strokes per second."""

    cpu: str = ""
    seen_p50: str = ""
    seen_p99: str = ""
    ack_p50: str = ""
    ack_p99: str = ""
    received: str = "<= 1,000"
    quiet: str = ""


TARGETS = {
    1_000: Targets("<= 45", "<= 60", "<= 120", "<= 12", quiet="<= 25"),
    3_000: Targets(seen_p50="<= 150", ack_p50="<= 20", ack_p99="<= 60"),
    10_000: Targets(seen_p99="<= 1,000"),
}


@dataclass(frozen=True)
class Paced:
    """What a crowd received of strokes at a steady pace."""

    painted: Painted
    seen: list[float]
    unseen: int
    bytes_per_viewer: float
    generator: float


class Crowd:
    """Viewers and painters of one canvas, connected through the gateway at `url`."""

    def __init__(self, url: str, processes: StackProcesses, protocol: LiveProtocol) -> None:
        self._url = url
        self._processes = processes
        self._protocol = protocol

    async def connect(self, people: list[BenchArtist], viewers: int) -> None:
        """Let the first of the artists make the canvas, all of them paint on it, and viewers watch."""
        canvas_id, tiles = await create_canvas(people[0], TILES)
        live = f"{self._url}/api/v1/ws/canvas/{canvas_id}"
        self._watchers = Watchers(live, self._protocol)
        self._audience = Audience(live, self._protocol.name)
        print(f"connecting {viewers:,} viewers ...", file=sys.stderr)
        watchers = min(MOST_WATCHERS, viewers // 10)
        await self._audience.connect(viewers - watchers)
        await self._watchers.connect(watchers)
        self._painters = [StrokePainter(tiles, self._protocol, pixels=1) for _ in people]
        for painter, artist in zip(self._painters, people, strict=True):
            await painter.connect(live, artist)
        await asyncio.sleep(1)

    @property
    def closed(self) -> int:
        """How many viewers were disconnected."""
        return self._audience.closed + self._watchers.closed

    def close(self) -> None:
        self._audience.close()
        self._watchers.close()
        for painter in self._painters:
            assert painter.client is not None
            painter.client.close()

    async def paint_quietly(self) -> list[float]:
        """Paint one stroke after another; returns the seconds until the last viewer received each."""
        durations: list[float] = []
        async with self._audience.reading_at_once():
            end = time.perf_counter() + QUIET_SECONDS
            for number in range(QUIET_STROKES):
                self._watchers.arrivals.clear()
                started = time.perf_counter()
                if started > end and durations:
                    break
                last = await self._audience.receive(self._painters[0].paint, PATIENCE_SECONDS)
                await asyncio.sleep(QUIET_PAUSE_SECONDS)
                last = max(last, *(at for _, at in self._watchers.arrivals))
                if number:  # the first one finds caches cold
                    durations.append(last - started)
        return durations

    async def paint_steadily(self, strokes: int, seconds: float = SECONDS) -> Paced:
        """Paint that many strokes per second, for that long after a warm-up."""
        pacing = asyncio.create_task(self._paint(strokes))
        await asyncio.sleep(WARM_UP_SECONDS)
        await self._audience.read()
        received, generator = self._audience.received, time.process_time()
        painted = Painted(self._painters, self._processes)
        await asyncio.sleep(seconds)
        painted.stop()
        await self._audience.read()
        received, generator = self._audience.received - received, time.process_time() - generator
        pacing.cancel()
        seen, unseen = await self._collect(painted)
        per_viewer = received / painted.seconds / max(1, len(self._audience))
        return Paced(painted, seen, unseen, per_viewer, generator / painted.seconds)

    async def _paint(self, strokes: int) -> None:
        """Paint that many strokes per second, each by the next painter."""
        started, painted = time.perf_counter(), 0
        while True:
            while painted < (time.perf_counter() - started) * strokes:
                self._painters[painted % PAINTERS].paint()
                painted += 1
            await asyncio.sleep(0.5 / strokes)

    async def _collect(self, painted: Painted) -> tuple[list[float], int]:
        """Wait for what is underway.

        Returns the seconds until a watcher received a stroke, of all watchers and all strokes sent in the
        span, and how often a watcher did not.
        """
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while time.perf_counter() < deadline and any(  # noqa: ASYNC110
            painter.unanswered for painter in self._painters
        ):
            await asyncio.sleep(0.1)
        sent = {
            seq: at
            for painter in self._painters
            for seq, at in painter.sent_at.items()
            if painted.start <= at < painted.end
        }
        expected = len(sent) * len(self._watchers)
        while True:
            seen = [at - sent[seq] for seq, at in self._watchers.arrivals if seq in sent]
            if len(seen) >= expected or time.perf_counter() > deadline:
                return seen, expected - len(seen)
            await asyncio.sleep(0.1)


async def measure(stack: Stack, *, viewers: int, strokes: int, protocol: LiveProtocol) -> list[Result]:
    """Measure cost and latency of a crowd of that many viewers."""
    targets = TARGETS.get(viewers, Targets()) if strokes == PACE else Targets()
    viewers = limit_viewers(viewers)
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, PAINTERS)
        crowd = Crowd(stack.url, processes_of(stack), protocol)
        await crowd.connect(people, viewers)
    print("single strokes on the quiet canvas ...", file=sys.stderr)
    quiet = [seconds * 1000 for seconds in await crowd.paint_quietly()]
    print(f"{strokes} strokes per second for {SECONDS:.0f} s ...", file=sys.stderr)
    paced = await crowd.paint_steadily(strokes)
    crowd.close()
    what = "until the last viewer has a quiet stroke"
    return [
        Result("viewers", viewers, ""),
        *results_of_crowd(crowd, paced, targets),
        Result(f"p50 {what}", percentile(quiet, 0.5), "ms", targets.quiet),
        Result(f"p99 {what}", percentile(quiet, 0.99), "ms"),
    ]


def results_of_crowd(crowd: Crowd, paced: Paced, targets: Targets) -> list[Result]:
    """Return the figures of strokes at a steady pace."""
    painted = paced.painted
    seen = [seconds * 1000 for seconds in paced.seen]
    acks = [seconds * 1000 for seconds in painted.latencies]
    return [
        *results_by_part("CPU", painted.cpu, "% of a core", targets.cpu, scale=1e-4 / painted.seconds),
        Result("strokes acknowledged", painted.rate, "/s"),
        Result("p50 of a stroke seen", percentile(seen, 0.5), "ms", targets.seen_p50),
        Result("p99 of a stroke seen", percentile(seen, 0.99), "ms", targets.seen_p99),
        Result("strokes not seen by a sampled viewer", paced.unseen, "", "0"),
        Result("p50 of the acknowledgement", percentile(acks, 0.5), "ms", targets.ack_p50),
        Result("p99 of the acknowledgement", percentile(acks, 0.99), "ms", targets.ack_p99),
        Result("received per viewer and second", paced.bytes_per_viewer, "bytes", targets.received),
        Result("viewers closed", crowd.closed, "", "0"),
        Result("CPU of the load generator", paced.generator * 100, "% of a core", "< 80"),
    ]
