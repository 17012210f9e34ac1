"""The tiles service on its own database, and artists who act on it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg2
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from services.tiles.areas.service import Areas
from services.tiles.canvases import journal
from services.tiles.locks.service import Locks
from shared.db import Database
from shared.messaging.outbox import Outbox
from tests.support.identities import TestKeys

Client = TestClient[web.Request, web.Application]
StartTiles = Callable[..., Awaitable["TilesClient"]]

SIZE = 16
BLANK = base64.b64encode(bytes(SIZE * SIZE)).decode()


def painted(colour: int) -> str:
    """Return base64 pixels of a tile in one colour."""
    return base64.b64encode(bytes([colour]) * SIZE * SIZE).decode()


@dataclass(frozen=True)
class TilesClient:
    """A running tiles service; every call is made as the artist named first, None for a guest."""

    client: Client
    keys: TestKeys
    database_url: str

    async def call(
        self, artist: str | None, method: str, path: str, *, roles: tuple[str, ...] = (), **kwargs: Any
    ) -> ClientResponse:
        headers = dict(kwargs.pop("headers", {}))
        if artist is not None:
            headers |= self.keys.bearer(account_id(artist), artist, roles)
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **kwargs)

    async def canvas(self, owner: str = "owner", **fields: Any) -> dict[str, Any]:
        draft = {
            "name": "A wall", "width": 64, "height": 64, "tile_size": SIZE, "palette": "pico-8", **fields
        }  # fmt: skip
        response = await self.call(owner, "POST", "/canvases", json=draft)
        assert response.status == 201, await response.text()
        canvas: dict[str, Any] = await response.json()
        return canvas

    async def tile(
        self, artist: str, canvas_id: int, x: int = 0, y: int = 0, **fields: Any
    ) -> dict[str, Any]:
        draft = {"canvas_id": canvas_id, "x": x, "y": y, "pixels": BLANK, **fields}
        response = await self.call(artist, "POST", "/tiles", json=draft)
        assert response.status == 201, await response.text()
        tile: dict[str, Any] = await response.json()
        return tile


def account_id(name: str) -> int:
    """Return a stable account id for a name."""
    return 1 + int.from_bytes(name[:6].encode(), "little")


async def journal_of(database_url: str, canvas_id: int, count: int = 1000) -> list[dict[str, Any]]:
    """Return the events of a canvas so far, `count` at most, as the live feed sends them."""
    database = Database(database_url, application="journal of a test")
    try:
        async with database.connection() as conn:
            return list(await journal.list_events_after(conn, canvas_id, 0, count))
    finally:
        await database.close()


@dataclass(frozen=True)
class Sweepers:
    """The features whose expired rows a worker deletes."""

    locks: Locks
    areas: Areas


@asynccontextmanager
async def sweeping(
    database_url: str, announce: journal.Announce = lambda canvas_id, views: None
) -> AsyncIterator[Sweepers]:
    """Provide a worker's housekeeping on demand; `announce` gets what it changes."""
    database = Database(database_url, application="worker of a test")
    written = journal.Journal(database, Outbox(database, producer="tiles"), announce)
    try:
        yield Sweepers(
            Locks(database, written, timedelta(seconds=1)), Areas(database, written, timedelta(seconds=1))
        )
    finally:
        await database.close()


async def outcome(response: ClientResponse) -> tuple[int, str | None]:
    """Return the status of a response and, of a refusal, its code."""
    return response.status, (await response.json())["code"] if response.status >= 400 else None


async def is_ready(client: Client) -> bool:
    return (await client.get("/ready")).status == 200


def expire(database_url: str) -> None:
    """Let two days pass for every lock and area: longer than either is held."""
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("UPDATE locks SET expires_at = expires_at - interval '2 days'")
        cursor.execute(
            "UPDATE areas SET claimed_at = claimed_at - interval '2 days',"
            " expires_at = expires_at - interval '2 days'"
        )
