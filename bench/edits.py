"""Whole tiles saved by `PUT /tiles/{id}` through the gateway: 16 clients, on one canvas and on eight.

The limit: PostgreSQL alone with as many connections, each of which updates the pixels of its own tile in one
statement and one commit, without revisions, events and outbox.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections import Counter
from collections.abc import Sequence
from functools import partial

import aiohttp

from bench.artists import BenchArtist, create_artists, create_canvas
from bench.commits import measure_commits
from bench.load import make_request, run_load
from bench.report import Result, percentile, processes_of, results_by_part, tiles_database_url
from tests.support.stack import Stack

CLIENTS = 16
SIZE = 32
ROUNDS = 3
SECONDS = 3.0


async def measure(stack: Stack) -> list[Result]:
    """Measure edits per second, interleaved with the limit."""
    async with aiohttp.ClientSession(stack.url) as http:
        people = await create_artists(http, CLIENTS)
        canvases = [await create_canvas(people[0], 2, SIZE) for _ in range(8)]
        one = await create_canvas(people[0], CLIENTS, SIZE)
    spread = [tile for _, tiles in canvases for tile in tiles]
    rates: dict[str, list[float]] = {"one canvas": [], "eight canvases": [], "limit": []}
    durations: list[float] = []
    cpu: Counter[str] = Counter()
    processes = processes_of(stack)
    for number in range(1, ROUNDS + 1):
        print(f"edits, round {number} of {ROUNDS} ...", file=sys.stderr)
        for what, tiles in (("one canvas", one[1]), ("eight canvases", spread)):
            used = processes.cpu_microseconds()
            saved = await run_load(stack.url, _make_requests(people, tiles), SECONDS)
            cpu += processes.cpu_microseconds() - used
            rates[what].append(saved.rate)
            durations += saved.durations
        rates["limit"].append(await asyncio.to_thread(measure_commits, tiles_database_url(stack), spread))
    limit = percentile(rates["limit"], 0.5)
    what = f"tiles saved by PUT, {CLIENTS} clients"
    return [
        Result(f"{what}, {place}", percentile(rates[place], 0.5), "/s", ">= 1,000", limit, "commits alone")
        for place in ("one canvas", "eight canvases")
    ] + [
        Result("p99 of the response to PUT", percentile(durations, 0.99) * 1000, "ms"),
        *results_by_part("CPU per PUT", cpu, "µs", "<= 1,200", scale=1 / len(durations)),
    ]


def _make_requests(people: Sequence[BenchArtist], tiles: Sequence[int]) -> list[partial[bytes]]:
    return [partial(_save, artist.token, tile) for artist, tile in zip(people, tiles, strict=True)]


def _save(token: str, tile_id: int) -> bytes:
    pixels = bytes(byte % 17 for byte in os.urandom(SIZE * SIZE))
    return make_request(
        "PUT", f"/api/v1/tiles/{tile_id}", token, {"pixels": base64.b64encode(pixels).decode()}
    )
