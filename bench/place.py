"""Single pixels for charges: 64 artists on a canvas in `place` mode, then free strokes of a pixel on another.

Both pictures are of 64 tiles (32 x 32). What a placement costs beyond a stroke is its charge, its place among
the placements of the last minute, and the counts of pixels by artist, colour and hour.
"""

from __future__ import annotations

import random
import sys
import time

import aiohttp
import orjson

from bench.artists import create_artists, create_canvas
from bench.hot import PAINTERS, SECONDS, TILES, WARM_UP_SECONDS, measure_painting
from bench.painters import COLOURS, StrokePainter, let_paint
from bench.protocols import JsonProtocol
from bench.report import Result, percentile, processes_of, results_by_part
from tests.support.stack import Stack

SIDE = 32 * 8
"""Pixels per side of a canvas of 64 tiles."""

CHARGES = {"cooldown_seconds": 1, "max_charges": 1000}
"""As many as an artist uses up in the time of the measurement."""


class Placer(StrokePainter):
    """Places a pixel anywhere on the canvas after each answer."""

    def paint(self) -> None:
        assert self.client is not None
        self._sent += 1
        pixel = [random.randrange(SIDE), random.randrange(SIDE), random.randrange(COLOURS)]
        self._unanswered[self._sent] = time.perf_counter()
        message = {"type": "place", "ref": self._sent, "pixels": [pixel]}
        self.client.send(orjson.dumps(message), self._protocol.opcode)


async def measure(stack: Stack) -> list[Result]:
    """Measure placements per second, their latency, and what they cost compared with strokes."""
    protocol = JsonProtocol()
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, PAINTERS)
        draft = {
            "name": "A bench", "width": SIDE, "height": SIDE, "tile_size": 32, "palette": "pico-8",
            "collaboration_mode": "place", **CHARGES,
        }  # fmt: skip
        shared = int((await people[0].call("POST", "/canvases", draft))["id"])
        free = await create_canvas(people[0], TILES)
        placers = [Placer([], protocol, pixels=1, in_flight=1) for _ in people]
        for placer, artist in zip(placers, people, strict=True):
            await placer.connect(f"{stack.url}/api/v1/ws/canvas/{shared}", artist)
        processes = processes_of(stack)
        print(f"{PAINTERS} artists place pixels for {SECONDS:.0f} s ...", file=sys.stderr)
        placed = await let_paint(placers, processes, warm_up=WARM_UP_SECONDS, seconds=SECONDS)
        strokes, refused = await measure_painting(stack.url, processes, people, [free], protocol)
    latencies = [seconds * 1000 for seconds in placed.latencies]
    of_strokes = strokes.cpu.total() / len(strokes.latencies)
    return [
        *results_by_part("CPU per placed pixel", placed.cpu, "µs", scale=1 / len(latencies)),
        Result(
            "CPU of the whole stack per placed pixel",
            placed.cpu.total() / len(latencies),
            "µs",
            "<= 1.2 times",
            of_strokes,
            "a stroke",
        ),
        Result("pixels placed", placed.rate, "/s", "", strokes.rate, "strokes"),
        Result("p50 of the acknowledgement", percentile(latencies, 0.5), "ms"),
        Result("p99 of the acknowledgement", percentile(latencies, 0.99), "ms"),
        Result("refused", sum(placer.refused for placer in placers) + refused, "", "0"),
    ]
