"""Artists and spectators: clients of the public API that use nothing but the gateway's address."""

from __future__ import annotations

import asyncio
import base64
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any, NoReturn, TypeVar

import aiohttp

from services.tiles.live.binary import decode_batch
from tests.support.leaks import new_password
from tests.support.waiting import PATIENCE

T = TypeVar("T")

JSON, BINARY = "tessera.v1.json", "tessera.v2.binary"
"""Subprotocols of the live feed."""


async def enter(
    http: aiohttp.ClientSession, verb: str, body: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], SimpleCookie]:
    """Register or log in, again after a 5xx; return the session and the cookies."""
    deadline = time.monotonic() + PATIENCE
    for attempt in itertools.count():
        async with http.post(f"/api/v1/auth/{verb}", json=body, headers=headers) as response:
            if response.status in (200, 201):
                return await response.json(), response.cookies
            failure = f"{response.status} {await response.text()}"
        if response.status == 409 and attempt:  # the first attempt was carried out, and its answer lost
            verb, body = "login", {"username": body["username"], "password": body["password"]}
            continue
        assert response.status >= 500, failure
        assert time.monotonic() < deadline, failure
        await asyncio.sleep(0.2)
    raise AssertionError


class ApiArtist:
    """An account that paints, and repeats a call that no service answered, as a good client does."""

    def __init__(self, http: aiohttp.ClientSession, session: dict[str, Any]) -> None:
        self.http = http
        self.token: str = session["access_token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}
        self.id: int = session["account"]["id"]
        self.username: str = session["account"]["username"]
        self.password = ""

    @classmethod
    async def register(cls, http: aiohttp.ClientSession, name: str) -> ApiArtist:
        unique = f"{name}_{secrets.token_hex(4)}"
        body = {
            "username": unique,
            "email": f"{unique}@example.org",
            "password": new_password(),
            "display_name": name.title(),
        }
        session, _ = await enter(http, "register", body)
        artist = cls(http, session)
        artist.password = body["password"]
        return artist

    @classmethod
    async def login(cls, http: aiohttp.ClientSession, username: str, password: str) -> ApiArtist:
        session, _ = await enter(http, "login", {"username": username, "password": password})
        return cls(http, session)

    async def call(self, method: str, path: str, **kwargs: Any) -> tuple[int, Any]:
        """Return status and body of a call; it is repeated after a 5xx or a broken connection.

        So it is after an answer of the gateway's own: one that has just started knows no routes for a moment.
        """
        kwargs["headers"] = {**self.headers, **kwargs.get("headers", {})}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with self.http.request(method, f"/api/v1{path}", **kwargs) as response:
                    if response.status < 500 and "X-Service" in response.headers:
                        is_json = response.content_type.endswith("json")
                        return response.status, await response.json() if is_json else await response.read()
                    failure = f"{response.status} {await response.text()}"
            except aiohttp.ClientError as error:
                failure = repr(error)
            assert time.monotonic() < deadline, f"{method} {path}: {failure}"
            await asyncio.sleep(0.2)

    async def paint(self, canvas: dict[str, Any], x: int, y: int, pixels: bytes) -> int:
        """Claim the cell, lock the tile, paint it and release the lock; return the tile's id.

        A repeated call may find that its first attempt succeeded, and continues from there.
        """
        size = canvas["tile_size"]
        blank = base64.b64encode(bytes(size * size)).decode()
        draft = {"canvas_id": canvas["id"], "x": x, "y": y, "pixels": blank}
        status, tile = await self.call("POST", "/tiles", json=draft)
        if status == 409:
            where = {"x": str(x), "y": str(y)}
            _, tile = await self.call("GET", f"/tiles/canvas/{canvas['id']}/position", params=where)
        else:
            assert status == 201, tile
        path = f"/tiles/{tile['id']}"
        status, _ = await self.call("POST", f"{path}/lock")
        assert status in (200, 201)
        painted = base64.b64encode(pixels).decode()
        status, answer = await self.call("PUT", path, json={"pixels": painted}, headers={"If-Match": '"1"'})
        if status == 412:
            _, answer = await self.call("GET", path)
        assert answer["pixels"] == painted
        status, _ = await self.call("DELETE", f"{path}/lock")
        assert status == 204
        return int(tile["id"])


class Spectator:
    """Watches a canvas over a WebSocket, and reconnects with `since` whenever the connection is lost.

    It offers the `protocols` in this order; `instance` names the only process that it watches through.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        canvas_id: int,
        instance: str | None = None,
        protocols: Sequence[str] = (JSON,),
    ) -> None:
        self.events: list[dict[str, Any]] = []
        self.connected = asyncio.Event()
        self.closed: list[int | None] = []  # how each connection ended
        self._http = http
        self._path = f"/api/v1/ws/canvas/{canvas_id}"
        self._instance = instance
        self._protocols = protocols

    async def watch(self) -> NoReturn:
        """Collect events until cancelled."""
        while True:
            try:
                await self._watch_once()
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)

    async def _watch_once(self) -> None:
        since = self.events[-1]["seq"] if self.events else 0
        async with self._http.ws_connect(
            self._path, params={"since": str(since)}, protocols=self._protocols
        ) as socket:
            instance = socket._response.headers["X-Instance"]
            # The gateway chooses the process; a spectator of a certain one reconnects until it is chosen.
            if self._instance not in (None, instance):
                return
            async for message in socket:
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.events += decode_batch(message.data)
                    continue
                said = message.json()
                assert said["type"] in ("hello", "batch", "presence"), said
                if said["type"] == "hello":
                    self.connected.set()
                self.events += said.get("events", [])
            self.closed.append(socket.close_code)


@asynccontextmanager
async def spectators(*those: Spectator) -> AsyncIterator[None]:
    """Let them watch during the block; each is connected when it begins."""
    watching = [asyncio.create_task(spectator.watch()) for spectator in those]
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(spectator.connected.wait() for spectator in those))
        yield
    finally:
        for task in watching:
            task.cancel()
        ended = await asyncio.gather(*watching, return_exceptions=True)
        for failure in ended:
            if not isinstance(failure, asyncio.CancelledError):
                raise failure


def cells(canvas: dict[str, Any]) -> Sequence[tuple[int, int]]:
    """Return every cell of a canvas, row by row."""
    return [(x, y) for y in range(canvas["rows"]) for x in range(canvas["columns"])]
