"""What sockets may cost: one that sends too much is closed, and many that return take turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from services.tiles.canvases import journal
from services.tiles.live.hub import CATCH_UPS_AT_ONCE
from tests.support.binary import encode_paint
from tests.support.live import events, watching
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


async def test_returning_viewers_read_the_journal_four_at_a_time(
    start_tiles: StartTiles, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = await start_tiles(database_url)
    canvas = await writer.canvas("ann", max_tiles_per_user=16)
    for x in range(4):
        await writer.tile("ann", canvas["id"], x)
    reading, most = 0, 0
    read = journal.list_page_after

    async def count_readers(*args: Any) -> Sequence[dict[str, Any]]:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        try:
            return await read(*args)
        finally:
            reading -= 1

    monkeypatch.setattr(journal, "list_page_after", count_readers)
    fresh = await start_tiles(database_url)  # keeps nothing in memory
    async with AsyncExitStack() as stack:
        sockets = await asyncio.gather(
            *(stack.enter_async_context(watching(fresh, canvas["id"], since=1)) for _ in range(40))
        )
        for socket, _ in sockets:
            assert [event["seq"] for event in await events(socket, 4)] == [2, 3, 4, 5]
    assert most <= CATCH_UPS_AT_ONCE
