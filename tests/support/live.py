"""Viewers of a canvas over a WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse

from tests.support.tiles import TilesClient
from tests.support.waiting import PATIENCE

Socket = ClientWebSocketResponse


@asynccontextmanager
async def watching(
    tiles: TilesClient, canvas_id: int, since: int | None = None, ticket: str | None = None
) -> AsyncIterator[tuple[Socket, dict[str, Any]]]:
    """A socket and the hello it was greeted with."""
    params = {k: str(v) for k, v in {"since": since, "ticket": ticket}.items() if v is not None}
    async with tiles.client.ws_connect(
        f"/api/v1/ws/canvas/{canvas_id}", params=params, protocols=("tessera.v1.json",)
    ) as socket:
        assert socket.protocol == "tessera.v1.json"
        hello = await socket.receive_json(timeout=PATIENCE)
        assert hello["type"] == "hello"
        yield socket, hello


async def events(socket: Socket, count: int) -> list[dict[str, Any]]:
    """The next `count` events of a socket."""
    received: list[dict[str, Any]] = []
    while len(received) < count:
        message = await socket.receive_json(timeout=PATIENCE)
        assert message["type"] == "batch", message
        received += message["events"]
    assert len(received) == count
    return received
