"""One painter, 1,000 viewers through the gateway: how long until the last one has seen a stroke.

The limit beside it: a bare aiohttp server, without gateway, database and broker, that sends the same frame to
as many sockets in a loop.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

import aiohttp
import orjson

from bench.client import Client, connect
from bench.people import artists, canvas
from bench.report import Result, percentile
from tests.support.parts import free_ports
from tests.support.stack import Stack

VIEWERS = 1000
STROKES = 200
PAUSE_SECONDS = 0.1
WARM_UP = 20


class Audience:
    """Viewers of one canvas; `arrivals` are the times at which they were sent the stroke being shown."""

    def __init__(self) -> None:
        self.clients: list[Client] = []
        self.arrivals: list[float] = []

    def hear(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"batch"'):
            self.arrivals.append(time.perf_counter())

    async def gather(self, url: str) -> None:
        """Connect all viewers, some at a time."""
        while len(self.clients) < VIEWERS:
            self.clients += await asyncio.gather(*(connect(url, self.hear) for _ in range(50)))

    async def show(self, paint: Callable[[], None]) -> list[float]:
        """Paint one stroke after the other; returns the seconds until the last viewer had each."""
        took = []
        for _ in range(WARM_UP + STROKES):
            self.arrivals.clear()
            began = time.perf_counter()
            paint()
            while len(self.arrivals) < VIEWERS:
                if time.perf_counter() - began > 5:
                    raise RuntimeError(f"{VIEWERS - len(self.arrivals)} viewers saw nothing in 5 s")
                await asyncio.sleep(0.001)
            took.append(self.arrivals[-1] - began)
            await asyncio.sleep(PAUSE_SECONDS)
        return took[WARM_UP:]

    def leave(self) -> None:
        for client in self.clients:
            client.close()


async def measure(stack: Stack) -> list[Result]:
    """Seconds until the last of the viewers has seen a stroke, beside a bare broadcast."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await artists(http, 1)
        canvas_id, (tile_id,) = await canvas(artist, 1)
        url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}"
        audience = Audience()
        await audience.gather(url)
        sizes: list[int] = []
        painter = await connect(f"{url}?ticket={await artist.ticket()}", lambda said: sizes.append(len(said)))

        def paint() -> None:
            pixels = [[number, 1 + number % 16] for number in range(6)]
            painter.send(orjson.dumps({"type": "paint", "ref": 1, "tile_id": tile_id, "pixels": pixels}))

        took = await audience.show(paint)
        audience.leave()
        painter.close()
    bare = await _bare(max(sizes))
    return [
        Result(
            f"p{share:.0%}"[:-1] + f" of the last of {VIEWERS} viewers",
            percentile(took, share) * 1000,
            "ms",
            target,
            percentile(bare, share) * 1000,
            "bare aiohttp broadcast, no gateway",
        )
        for share, target in ((0.5, "<= 30"), (0.99, "<= 100"))
    ]


async def _bare(size: int) -> list[float]:
    """The same audience in front of `bench.broadcast`."""
    port = free_ports(1)[0]
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.broadcast", str(port), str(size)
    )
    try:
        url = f"http://127.0.0.1:{port}/"
        audience = Audience()
        for _ in range(100):
            try:
                painter = await connect(url + "?painter=1", lambda _: None)
                break
            except OSError:
                await asyncio.sleep(0.1)
        else:
            raise RuntimeError("bench.broadcast did not start")
        await audience.gather(url)
        took = await audience.show(lambda: painter.send(b"{}"))
        audience.leave()
        return took
    finally:
        server.kill()
        await server.wait()
