"""Whole tiles saved by `PUT /tiles/{id}` through the gateway: 16 clients, on one canvas and on eight.

The limit beside it: PostgreSQL alone with as many connections, each writing pixels into a tile of its own in
a statement and a commit, without revisions, events and outbox.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import Sequence
from functools import partial

import aiohttp

from bench.commits import commits_a_second
from bench.load import load, request
from bench.people import Artist, artists, canvas
from bench.report import Result, cpu_seconds, percentile, tiles_database
from tests.support.stack import Stack

CLIENTS = 16
SIZE = 32
ROUNDS = 3
SECONDS = 3.0


async def measure(stack: Stack) -> list[Result]:
    """Edits a second, interleaved with the limit."""
    async with aiohttp.ClientSession(stack.url) as http:
        people = await artists(http, CLIENTS)
        canvases = [await canvas(people[0], 2, SIZE) for _ in range(8)]
        one = await canvas(people[0], CLIENTS, SIZE)
    spread = [tile for _, tiles in canvases for tile in tiles]
    rates: dict[str, list[float]] = {"one canvas": [], "eight canvases": [], "limit": []}
    took: list[float] = []
    cpu = 0.0
    for number in range(1, ROUNDS + 1):
        print(f"edits, round {number} of {ROUNDS} ...", file=sys.stderr)
        for what, tiles in (("one canvas", one[1]), ("eight canvases", spread)):
            used = cpu_seconds(stack)
            saved = await load(stack.url, _saving(people, tiles), SECONDS)
            cpu += (cpu_seconds(stack) - used) / len(saved.took)
            rates[what].append(saved.rate)
            took += saved.took
        rates["limit"].append(await asyncio.to_thread(commits_a_second, tiles_database(stack), spread))
    limit = percentile(rates["limit"], 0.5)
    what = f"tiles saved by PUT, {CLIENTS} clients"
    return [
        Result(f"{what}, {place}", percentile(rates[place], 0.5), "/s", ">= 1,000", limit, "commits alone")
        for place in ("one canvas", "eight canvases")
    ] + [
        Result("p99 of the answer to PUT", percentile(took, 0.99) * 1000, "ms"),
        Result("CPU of the whole stack for a PUT", cpu / (2 * ROUNDS) * 1e6, "µs"),
    ]


def _saving(people: Sequence[Artist], tiles: Sequence[int]) -> list[partial[bytes]]:
    return [partial(_save, artist.token, tile) for artist, tile in zip(people, tiles, strict=True)]


def _save(token: str, tile_id: int) -> bytes:
    pixels = bytes(byte % 17 for byte in os.urandom(SIZE * SIZE))
    return request("PUT", f"/api/v1/tiles/{tile_id}", token, {"pixels": base64.b64encode(pixels).decode()})
