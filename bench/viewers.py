"""What a viewer costs who only watches: memory of the tiles processes, and everybody else's requests."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Callable
from itertools import repeat

import aiohttp
import psutil

from bench.client import Client, connect
from bench.load import Load, load, request
from bench.people import artists, canvas
from bench.report import Result, percentile
from tests.support.stack import Stack

FIRST, ALL = 100, 1000
"""Viewers before and after: the first hundred pay for what all of them share."""

IDLE = 300
ROUNDS = 3
SECONDS = 1.5


async def measure(stack: Stack) -> list[Result]:
    """KiB a viewer, and requests a second beside 300 idle viewers as a share of those without."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await artists(http, 1)
        canvas_id, _ = await canvas(artist, 0)
        _, tiles = await canvas(artist, 2)
    url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}"
    read = request("GET", f"/api/v1/tiles/{tiles[0]}")
    pixels = base64.b64encode(bytes(32 * 32)).decode()
    save = request("PUT", f"/api/v1/tiles/{tiles[1]}", artist.token, {"pixels": pixels})
    results = []
    for what, sent, connections in (("reads", read, 8), ("PUTs", save, 8)):
        without, beside = await _beside_viewers(stack, url, [repeat(sent).__next__] * connections)
        results.append(
            Result(f"{what} of a tile beside {IDLE} idle viewers", beside, "/s", "", without, "without any")
        )
    return [await _memory(stack, url), *results]


async def _memory(stack: Stack, url: str) -> Result:
    viewers = await _gather(url, FIRST)
    await asyncio.sleep(1)
    before = _resident(stack)
    viewers += await _gather(url, ALL - FIRST)
    await asyncio.sleep(1)
    kib = (_resident(stack) - before) / (ALL - FIRST) / 1024
    _leave(viewers)
    return Result(f"memory of the tiles processes for a viewer, from {FIRST} to {ALL}", kib, "KiB", "<= 40")


async def _beside_viewers(stack: Stack, url: str, requests: list[Callable[[], bytes]]) -> tuple[float, float]:
    """Requests a second without viewers and beside them, in turn."""
    without: list[Load] = []
    beside: list[Load] = []
    for number in range(1, ROUNDS + 1):
        print(f"idle viewers, round {number} of {ROUNDS} ...", file=sys.stderr)
        without.append(await load(stack.url, requests, SECONDS))
        viewers = await _gather(url, IDLE)
        beside.append(await load(stack.url, requests, SECONDS))
        _leave(viewers)
        await asyncio.sleep(0.5)
    return percentile([one.rate for one in without], 0.5), percentile([one.rate for one in beside], 0.5)


async def _gather(url: str, count: int) -> list[Client]:
    viewers: list[Client] = []
    while len(viewers) < count:
        viewers += await asyncio.gather(*(connect(url, lambda _: None) for _ in range(50)))
    return viewers


def _leave(viewers: list[Client]) -> None:
    for viewer in viewers:
        viewer.close()


def _resident(stack: Stack) -> int:
    """Bytes of memory of the tiles processes; each is gunicorn's master and the worker that serves."""
    return sum(psutil.Process(pid).memory_info().rss for name in stack.tiles for pid in stack.pids(name))
