"""What idle viewers cost others: requests per second with and without them."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections.abc import Callable
from itertools import repeat

import aiohttp

from bench.artists import create_artists, create_canvas
from bench.load import LoadResult, make_request, run_load
from bench.report import Result, percentile
from bench.websocket import WebSocketClient, connect
from tests.support.stack import Stack

IDLE = 300
ROUNDS = 3
SECONDS = 1.5


async def measure(stack: Stack) -> list[Result]:
    """Measure requests per second with and without 300 idle viewers."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await create_artists(http, 1)
        canvas_id, _ = await create_canvas(artist, 0)
        _, tiles = await create_canvas(artist, 2)
    url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}"
    read = make_request("GET", f"/api/v1/tiles/{tiles[0]}")
    pixels = base64.b64encode(bytes(32 * 32)).decode()
    save = make_request("PUT", f"/api/v1/tiles/{tiles[1]}", artist.token, {"pixels": pixels})
    results = []
    for what, sent, connections in (("reads", read, 8), ("PUTs", save, 8)):
        without, with_viewers = await _measure_requests(stack, url, [repeat(sent).__next__] * connections)
        results.append(
            Result(
                f"{what} of a tile with {IDLE} idle viewers",
                with_viewers,
                "/s",
                "",
                without,
                "without viewers",
            )
        )
    return results


async def _measure_requests(
    stack: Stack, url: str, requests: list[Callable[[], bytes]]
) -> tuple[float, float]:
    """Return the requests per second without viewers and with them, measured in turn."""
    without: list[LoadResult] = []
    with_viewers: list[LoadResult] = []
    for number in range(1, ROUNDS + 1):
        print(f"idle viewers, round {number} of {ROUNDS} ...", file=sys.stderr)
        without.append(await run_load(stack.url, requests, SECONDS))
        viewers = await _connect(url, IDLE)
        with_viewers.append(await run_load(stack.url, requests, SECONDS))
        _close(viewers)
        await asyncio.sleep(0.5)
    return percentile([one.rate for one in without], 0.5), percentile([one.rate for one in with_viewers], 0.5)


async def _connect(url: str, count: int) -> list[WebSocketClient]:
    viewers: list[WebSocketClient] = []
    while len(viewers) < count:
        viewers += await asyncio.gather(*(connect(url, lambda _: None) for _ in range(50)))
    return viewers


def _close(viewers: list[WebSocketClient]) -> None:
    for viewer in viewers:
        viewer.close()
