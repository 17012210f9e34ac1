"""Artists who paint over a WebSocket, in `tessera.v1.json`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse

from tests.support.tiles import TilesClient, account_id
from tests.support.waiting import PATIENCE

Socket = ClientWebSocketResponse


@asynccontextmanager
async def painting(tiles: TilesClient, canvas_id: int, artist: str | None) -> AsyncIterator[Socket]:
    """Open a socket of an artist (None: of a guest) that has received `hello`."""
    params = {}
    if artist is not None:
        params["ticket"] = tiles.keys.ticket(account_id(artist), artist)
    async with tiles.client.ws_connect(f"/api/v1/ws/canvas/{canvas_id}", params=params) as socket:
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "hello"
        yield socket


def stroke(ref: Any, tile_id: int, *pixels: tuple[int, int]) -> dict[str, Any]:
    return {"type": "paint", "ref": ref, "tile_id": tile_id, "pixels": [list(pixel) for pixel in pixels]}


async def answers(socket: Socket, count: int) -> list[dict[str, Any]]:
    """Return the next `count` acks and nacks, skipping batches in between."""
    received: list[dict[str, Any]] = []
    while len(received) < count:
        message = await socket.receive_json(timeout=PATIENCE)
        if message["type"] in ("ack", "nack"):
            received.append(message)
    return received


async def answer(socket: Socket, message: Any) -> dict[str, Any]:
    await socket.send_json(message)
    (answered,) = await answers(socket, 1)
    return answered
