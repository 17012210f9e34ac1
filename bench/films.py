"""What films cost: memory of the workers, and latency of strokes meanwhile, for a canvas of 5,000 changes.

Artists paint at a steady pace on one canvas, in turns alone and while films of another are made.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from shutil import which
from typing import Any

import aiohttp

from bench.artists import BenchArtist, create_artists, create_canvas
from bench.painters import Painted, StrokePainter, let_paint
from bench.processes import StackProcesses
from bench.protocols import JsonProtocol
from bench.report import Result, percentile, processes_of
from tests.support.stack import Stack

CHANGES = 5_000
TILES = 64
PAINTERS = 16
STROKES = 200
"""Per second, of all painters."""

WARM_UP_SECONDS = 2.0
SECONDS = 20.0
FILM_SECONDS = 30
LOOK_SECONDS = 0.2
WORKER = "tiles worker"


async def measure(stack: Stack) -> list[Result]:
    """Measure strokes without films and during one of each kind, and what the workers need for it."""
    processes = processes_of(stack)
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, PAINTERS)
        canvas_id = await _make_history(stack, processes, people)
        painters = await _connect(stack.url, people)
        pacing = asyncio.create_task(_paint(painters))
        await asyncio.sleep(WARM_UP_SECONDS)
        results: list[Result] = []
        for format_ in ("gif", "apng", *(("mp4", "webp") if which("ffmpeg") else ())):
            results += await _film(people[0], canvas_id, format_, painters, processes)
        pacing.cancel()
    for painter in painters:
        assert painter.client is not None
        painter.client.close()
    return [*results, Result("strokes refused", sum(painter.refused for painter in painters), "", "0")]


async def _film(
    artist: BenchArtist,
    canvas_id: int,
    format_: str,
    painters: Sequence[StrokePainter],
    processes: StackProcesses,
) -> list[Result]:
    """Have a film made several times, the first of them apart: reading the memory of processes takes time.

    The latency varies by half within minutes, so each format is compared with the strokes just before it.
    """
    before, most = processes.memory_bytes()[WORKER], 0

    def look() -> None:
        nonlocal most
        most = max(most, processes.memory_bytes()[WORKER])

    await _wait_for_film(artist, canvas_id, format_, look)
    alone = Painted(painters, processes)
    await asyncio.sleep(SECONDS)
    alone.stop()
    films, meanwhile = 0, Painted(painters, processes)
    while time.perf_counter() - meanwhile.start < SECONDS:
        film = await _wait_for_film(artist, canvas_id, format_, lambda: None)
        films += 1
    meanwhile.stop()
    what = f"{format_}, {film['frames']} frames of {film['width']} x {film['height']}"
    p99, p99_alone = (percentile(painted.latencies, 0.99) * 1000 for painted in (meanwhile, alone))
    return [
        Result(f"{what}: time", meanwhile.seconds / films, "s"),
        Result(f"{what}: size", film["size_bytes"] / 2**20, "MiB"),
        Result(f"{what}: memory of the worker and ffmpeg", (most - before) / 1e6, "MB", "<= 150"),
        Result(f"{what}: p99 of strokes", p99, "ms", "<= 1.5 x", p99_alone, "just before"),
    ]


async def _wait_for_film(
    artist: BenchArtist, canvas_id: int, format_: str, look: Callable[[], None]
) -> dict[str, Any]:
    """Have a film made and return it; `look` is called now and then meanwhile."""
    draft = {"format": format_, "seconds": FILM_SECONDS}
    film: dict[str, Any] = await artist.call("POST", f"/canvases/{canvas_id}/films", draft)
    while film["status"] in ("waiting", "drawing"):
        await asyncio.sleep(LOOK_SECONDS)
        look()
        film = await artist.call("GET", f"/canvases/{canvas_id}/films/{film['id']}")
    if film["status"] != "ready":
        raise RuntimeError(f"the {format_} was not made: {film['failure']}")
    return film


async def _make_history(stack: Stack, processes: StackProcesses, people: Sequence[BenchArtist]) -> int:
    """Paint a canvas of 1,024 x 1,024 pixels; returns its id."""
    canvas_id, tiles = await create_canvas(people[0], TILES)
    print(f"painting {CHANGES:,} strokes ...", file=sys.stderr)
    painted = 0
    while painted < CHANGES:
        painters = [StrokePainter(tiles, JsonProtocol(), pixels=30, in_flight=1) for _ in people]
        for painter, artist in zip(painters, people, strict=True):
            await painter.connect(f"{stack.url}/api/v1/ws/canvas/{canvas_id}", artist)
        await let_paint(painters, processes, warm_up=0, seconds=2)
        painted += sum(len(painter.acknowledged) for painter in painters)
    return canvas_id


async def _connect(url: str, people: Sequence[BenchArtist]) -> list[StrokePainter]:
    canvas_id, tiles = await create_canvas(people[0], TILES)
    painters = [StrokePainter(tiles, JsonProtocol(), pixels=6) for _ in people]
    for painter, artist in zip(painters, people, strict=True):
        await painter.connect(f"{url}/api/v1/ws/canvas/{canvas_id}", artist)
    return painters


async def _paint(painters: Sequence[StrokePainter]) -> None:
    """Paint STROKES strokes per second, by the painters in turn."""
    number, started = 0, time.perf_counter()
    while True:
        painters[number % len(painters)].paint()
        number += 1
        await asyncio.sleep(max(0.0, started + number / STROKES - time.perf_counter()))
