"""Clients that read, paint and look around at once, and repeat nothing: each failure is a user's."""

from __future__ import annotations

import asyncio
import base64
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.support.busy import is_starved
from tests.support.people import ApiArtist, Spectator, spectators
from tests.support.waiting import PATIENCE, poll_until

CLIENTS = 16
ARTISTS = 5
SPECTATORS = 4
TILE = 32
COLUMNS = 4

PAUSE = 0.05  # seconds between two requests of a client: two cores are used, not starved

Call = tuple[str, str, Any]


class Load:
    """What the clients observed: `failures` by call and outcome, `tiles` by the process that answered."""

    def __init__(self, canvas_id: int, watchers: list[Spectator]) -> None:
        self.requests = 0
        self.failures: Counter[str] = Counter()
        self.tiles: Counter[str] = Counter()
        self.canvas_id = canvas_id
        self.watchers = watchers
        self.over = False

    def assert_nothing_failed(self) -> None:
        """Fail on a failed request; skip when the machine was so busy that healthy processes were late."""
        only_late = all(call.endswith(": 503") for call in self.failures)
        if self.failures and only_late and is_starved():
            pytest.skip(f"too many processes want the cores of this machine: {self.failures.total()} 503s")
        assert not self.failures

    async def reach(self, requests: int, seconds: float = 4 * PATIENCE) -> None:
        """Wait until that many requests have been answered, for at most `seconds`."""
        deadline = time.monotonic() + seconds
        while self.requests < requests and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def use(self, http: aiohttp.ClientSession, artist: ApiArtist, calls: Iterator[Call]) -> None:
        """Make one call after another until the load ends; wait for the last answer, too."""
        for method, path, body in calls:
            if self.over:
                return
            try:
                async with http.request(method, path, json=body, headers=artist.headers) as response:
                    await response.read()
                    if response.status >= 400:
                        self.failures[f"{method} {path}: {response.status}"] += 1
                    if response.headers.get("X-Service") == "tiles":
                        self.tiles[response.headers["X-Instance"]] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                self.failures[f"{method} {path}: {error!r}"] += 1
            self.requests += 1
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def under_load(url: str) -> AsyncIterator[Load]:
    """Put load on the stack at that URL during the block, then wait until spectators have every event."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(url, connector=connector) as http:
        artists = [await ApiArtist.register(http, "loader") for _ in range(ARTISTS)]
        canvas_id, tiles = await _canvas(artists)
        load = Load(canvas_id, [Spectator(http, canvas_id) for _ in range(SPECTATORS)])
        async with spectators(*load.watchers):
            clients = [
                asyncio.create_task(load.use(http, artist, _calls(artist, canvas_id, tile_id)))
                for tile_id, artist in zip(tiles, itertools.cycle(artists), strict=False)
            ]
            try:
                yield load
            finally:
                load.over = True
                await asyncio.gather(*clients)
            _, last = await artists[0].call("GET", f"/canvases/{canvas_id}/events?after=0&limit=1")
            for watcher in load.watchers:

                async def seen(watcher: Spectator = watcher) -> int:
                    return int(watcher.events[-1]["seq"]) if watcher.events else 0

                assert await poll_until(seen, last["seq"]) == last["seq"]


async def _canvas(artists: list[ApiArtist]) -> tuple[int, list[int]]:
    """Make a canvas in free mode and a tile for each client; return their ids."""
    draft = {
        "name": "Under load", "width": TILE * COLUMNS, "height": TILE * CLIENTS // COLUMNS,
        "tile_size": TILE, "palette": "pico-8", "collaboration_mode": "free", "max_tiles_per_user": CLIENTS,
    }  # fmt: skip
    status, canvas = await artists[0].call("POST", "/canvases", json=draft)
    assert status == 201, canvas
    blank = base64.b64encode(bytes(TILE * TILE)).decode()
    tiles = []
    for number, artist in zip(range(CLIENTS), itertools.cycle(artists), strict=False):
        draft = {"canvas_id": canvas["id"], "x": number % COLUMNS, "y": number // COLUMNS, "pixels": blank}
        _, tile = await artist.call("POST", "/tiles", json=draft)
        tiles.append(tile["id"])
    return canvas["id"], tiles


def _calls(artist: ApiArtist, canvas_id: int, tile_id: int) -> Iterator[Call]:
    """Repeat without end: two paint strokes among reads of every service."""
    for number in itertools.count():
        pixels = {"pixels": [[number % (TILE * TILE), number % 16]]}
        yield "PATCH", f"/api/v1/tiles/{tile_id}/pixels", pixels
        yield "GET", f"/api/v1/tiles/{tile_id}", None
        yield "GET", f"/api/v1/users/{artist.id}", None
        yield "GET", "/api/v1/canvases", None
        yield "PATCH", f"/api/v1/tiles/{tile_id}/pixels", pixels
        yield "GET", "/api/v1/auth/me", None
        yield "GET", f"/api/v1/canvases/{canvas_id}", None
        yield "GET", "/", None
