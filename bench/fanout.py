"""One painter and 1,000 viewers through the gateway: the time until the last viewer has received a stroke.

The limit: a bare aiohttp server, without gateway, database and broker, that sends the same frame to as many
sockets in a loop.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

import aiohttp
import orjson

from bench.artists import create_artists, create_canvas
from bench.report import Result, percentile
from bench.websocket import WebSocketClient, connect
from tests.support.parts import free_ports
from tests.support.stack import Stack

VIEWERS = 1000
STROKES = 200
PAUSE_SECONDS = 0.1
WARM_UP = 20


class Audience:
    """Viewers of one canvas; `arrivals` are the times at which they received the current stroke."""

    def __init__(self) -> None:
        self.clients: list[WebSocketClient] = []
        self.arrivals: list[float] = []

    def on_message(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"batch"'):
            self.arrivals.append(time.perf_counter())

    async def connect(self, url: str) -> None:
        """Connect all viewers, 50 at a time."""
        while len(self.clients) < VIEWERS:
            self.clients += await asyncio.gather(*(connect(url, self.on_message) for _ in range(50)))

    async def measure_strokes(self, paint: Callable[[], None]) -> list[float]:
        """Paint one stroke after the other; returns the seconds until the last viewer received each."""
        durations = []
        for _ in range(WARM_UP + STROKES):
            self.arrivals.clear()
            started = time.perf_counter()
            paint()
            while len(self.arrivals) < VIEWERS:
                if time.perf_counter() - started > 5:
                    raise RuntimeError(f"{VIEWERS - len(self.arrivals)} viewers received nothing within 5 s")
                await asyncio.sleep(0.001)
            durations.append(self.arrivals[-1] - started)
            await asyncio.sleep(PAUSE_SECONDS)
        return durations[WARM_UP:]

    def close(self) -> None:
        for client in self.clients:
            client.close()


async def measure(stack: Stack) -> list[Result]:
    """Measure the time until the last viewer has received a stroke, with the stack and with a bare server."""
    async with aiohttp.ClientSession(stack.url) as http:
        (artist,) = await create_artists(http, 1)
        canvas_id, (tile_id,) = await create_canvas(artist, 1)
        url = f"{stack.url}/api/v1/ws/canvas/{canvas_id}"
        audience = Audience()
        await audience.connect(url)
        sizes: list[int] = []
        painter = await connect(
            f"{url}?ticket={await artist.get_ticket()}", lambda payload: sizes.append(len(payload))
        )

        def paint() -> None:
            pixels = [[number, 1 + number % 16] for number in range(6)]
            painter.send(orjson.dumps({"type": "paint", "ref": 1, "tile_id": tile_id, "pixels": pixels}))

        durations = await audience.measure_strokes(paint)
        audience.close()
        painter.close()
    bare = await _measure_bare_server(max(sizes))
    return [
        Result(
            f"p{share:.0%}"[:-1] + f" of the last of {VIEWERS} viewers",
            percentile(durations, share) * 1000,
            "ms",
            target,
            percentile(bare, share) * 1000,
            "bare aiohttp broadcast, no gateway",
        )
        for share, target in ((0.5, "<= 30"), (0.99, "<= 100"))
    ]


async def _measure_bare_server(size: int) -> list[float]:
    """Return the durations with the same audience in front of `bench.broadcast`."""
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
        await audience.connect(url)
        durations = await audience.measure_strokes(lambda: painter.send(b"{}"))
        audience.close()
        return durations
    finally:
        server.kill()
        await server.wait()
