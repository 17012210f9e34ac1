"""What one socket may send: beyond it the socket is closed, and no other is affected."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from tests.support.binary import encode_paint
from tests.support.live import watching
from tests.support.tiles import StartTiles
from tests.support.waiting import PATIENCE

Send = Callable[[ClientWebSocketResponse], Awaitable[None]]

LIMIT = {"message_rate": 0.001, "message_burst": 5}


async def ask(socket: ClientWebSocketResponse) -> None:
    await socket.send_json({"type": "ping"})


async def babble(socket: ClientWebSocketResponse) -> None:
    await socket.send_str("{")


async def move(socket: ClientWebSocketResponse) -> None:
    await socket.send_json({"type": "presence", "tile": None})


async def paint(socket: ClientWebSocketResponse) -> None:
    await socket.send_bytes(encode_paint(1, 1, (0, 1)))


async def ping(socket: ClientWebSocketResponse) -> None:
    await socket.ping()


async def pong(socket: ClientWebSocketResponse) -> None:
    await socket.pong()


@pytest.mark.parametrize("send", [ask, babble, move, paint, ping, pong])
async def test_too_many_messages_close_their_socket_with_1008_and_no_other(
    start_tiles: StartTiles, database_url: str, send: Send
) -> None:
    tiles = await start_tiles(database_url, **LIMIT)
    canvas = await tiles.canvas()
    binary = "tessera.v2.binary"
    async with (
        watching(tiles, canvas["id"], subprotocol=binary) as (flooding, _),
        watching(tiles, canvas["id"]) as (other, _),
    ):
        for _ in range(6):
            await send(flooding)
        while (message := await flooding.receive(timeout=PATIENCE)).type is not WSMsgType.CLOSE:
            assert message.type is WSMsgType.TEXT
        assert (message.data, message.extra) == (1008, "too many messages")
        await ask(other)
        assert await other.receive_json(timeout=PATIENCE) == {"type": "pong"}


async def test_a_websocket_ping_is_answered(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas()
    path = f"/api/v1/ws/canvas/{canvas['id']}"
    async with tiles.client.ws_connect(path, autoping=False) as socket:
        await socket.receive(timeout=PATIENCE)
        await socket.ping(b"there?")
        answer = await socket.receive(timeout=PATIENCE)
        assert (answer.type, answer.data) == (WSMsgType.PONG, b"there?")
