"""Viewers of a canvas over a WebSocket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType

from services.tiles.live.binary import decode_batch
from tests.support.tiles import TilesClient
from tests.support.waiting import PATIENCE

Socket = ClientWebSocketResponse


@asynccontextmanager
async def watching(
    tiles: TilesClient,
    canvas_id: int,
    since: int | None = None,
    ticket: str | None = None,
    subprotocol: str = "tessera.v1.json",
) -> AsyncIterator[tuple[Socket, dict[str, Any]]]:
    """A socket and the hello it was greeted with."""
    params = {k: str(v) for k, v in {"since": since, "ticket": ticket}.items() if v is not None}
    async with tiles.client.ws_connect(
        f"/api/v1/ws/canvas/{canvas_id}", params=params, protocols=(subprotocol,)
    ) as socket:
        assert socket.protocol == subprotocol
        hello = await socket.receive_json(timeout=PATIENCE)
        assert hello["type"] == "hello"
        yield socket, hello


async def settle(socket: Socket) -> None:
    """Wait until the viewer is no newcomer, who may be sent away without the event."""
    await socket.send_json({"type": "ping"})
    while (message := await socket.receive_json(timeout=PATIENCE)) != {"type": "pong"}:
        assert message["type"] == "presence", message


async def batch(socket: Socket, *, among_artists: bool = False) -> list[dict[str, Any]]:
    """The events of the next message, which is a batch; `among_artists` who may come and go before it."""
    message = await socket.receive(timeout=PATIENCE)
    if message.type is WSMsgType.BINARY:
        return decode_batch(message.data)
    content = message.json()
    if among_artists and content["type"] == "presence":
        return await batch(socket, among_artists=True)
    assert content["type"] == "batch", content
    return list(content["events"])


async def events(socket: Socket, count: int) -> list[dict[str, Any]]:
    """The next `count` events of a socket."""
    received: list[dict[str, Any]] = []
    while len(received) < count:
        received += await batch(socket)
    assert len(received) == count
    return received


async def until_closed(socket: Socket) -> tuple[list[WSMessage], int]:
    """The messages up to the server's close frame, and its code.

    `socket.close_code` is 1006 instead if the server has hung up before the client could answer the frame.
    """
    received: list[WSMessage] = []
    while (message := await socket.receive(timeout=PATIENCE)).type is not WSMsgType.CLOSE:
        assert message.type in (WSMsgType.TEXT, WSMsgType.BINARY), message
        received.append(message)
    return received, int(message.data)
