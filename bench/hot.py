"""One hot canvas: 64 painters on one picture, each waiting for its acknowledgement; then the same on eight.

Strokes are single pixels at random places of 64 tiles (32 x 32). The ratio of one canvas to eight shows what
sharing costs: a batch locks its canvases until it is committed, and all painters see every stroke.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import aiohttp

from bench.artists import BenchArtist, create_artists, create_canvas
from bench.painters import Painted, StrokePainter, let_paint
from bench.processes import StackProcesses
from bench.protocols import LiveProtocol
from bench.report import Result, percentile, processes_of, results_by_part
from tests.support.stack import Stack

PAINTERS = 64
TILES = 64
CANVASES = 8
WARM_UP_SECONDS = 2.0
SECONDS = 8.0


async def measure(stack: Stack, *, protocol: LiveProtocol) -> list[Result]:
    """Measure strokes per second, their latency and their cost, on one canvas and on eight."""
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, PAINTERS)
        one = [await create_canvas(people[0], TILES)]
        eight = [await create_canvas(people[n], TILES // CANVASES) for n in range(CANVASES)]
        processes = processes_of(stack)
        hot, refused = await measure_painting(stack.url, processes, people, one, protocol)
        spread, refused_on_eight = await measure_painting(stack.url, processes, people, eight, protocol)
    latencies = [seconds * 1000 for seconds in hot.latencies]
    return [
        *results_by_part("CPU per stroke, one canvas", hot.cpu, "µs", "<= 200", scale=1 / len(latencies)),
        Result(
            "CPU per stroke, eight canvases, whole stack",
            spread.cpu.total() / len(spread.latencies),
            "µs",
        ),
        Result("strokes acknowledged, one canvas", hot.rate, "/s", ">= 5,000", spread.rate, "eight canvases"),
        Result("p50 of the acknowledgement, one canvas", percentile(latencies, 0.5), "ms"),
        Result("p99 of the acknowledgement, one canvas", percentile(latencies, 0.99), "ms"),
        Result("strokes refused", refused + refused_on_eight, "", "0"),
    ]


async def measure_painting(
    url: str,
    processes: StackProcesses,
    people: Sequence[BenchArtist],
    canvases: Sequence[tuple[int, list[int]]],
    protocol: LiveProtocol,
    seconds: float = SECONDS,
) -> tuple[Painted, int]:
    """Let each artist paint on one of the canvases through the gateway at `url`.

    Returns what they did, and how many strokes were refused.
    """
    painters = []
    for number, artist in enumerate(people):
        canvas_id, tiles = canvases[number % len(canvases)]
        painter = StrokePainter(tiles, protocol, pixels=1, in_flight=1)
        await painter.connect(f"{url}/api/v1/ws/canvas/{canvas_id}", artist)
        painters.append(painter)
    print(f"{len(people)} painters on {len(canvases)} canvases for {seconds:.0f} s ...", file=sys.stderr)
    painted = await let_paint(painters, processes, warm_up=WARM_UP_SECONDS, seconds=seconds)
    return painted, sum(painter.refused for painter in painters)
