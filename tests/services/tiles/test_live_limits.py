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
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.waiting import PATIENCE

Send = Callable[[ClientWebSocketResponse], Awaitable[None]]

LIMIT = {"message_rate": 0.001, "message_burst": 5}


def ticket_of(tiles: TilesClient, artist: str) -> str:
    return tiles.keys.ticket(account_id(artist), artist)


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


async def closed(socket: ClientWebSocketResponse) -> tuple[int, str | None]:
    """Return code and reason with which the server closes the socket, after its messages."""
    while (message := await socket.receive(timeout=PATIENCE)).type is not WSMsgType.CLOSE:
        assert message.type is WSMsgType.TEXT
    return message.data, message.extra


@pytest.mark.parametrize("send", [ask, babble, move, paint, ping, pong])
async def test_too_many_messages_of_an_artist_close_their_socket_with_1008_and_no_other(
    start_tiles: StartTiles, database_url: str, send: Send
) -> None:
    tiles = await start_tiles(database_url, **LIMIT)
    canvas = await tiles.canvas()
    binary = "tessera.v2.binary"
    async with (
        watching(tiles, canvas["id"], ticket=ticket_of(tiles, "ann"), subprotocol=binary) as (flooding, _),
        watching(tiles, canvas["id"], ticket=ticket_of(tiles, "bob")) as (other, _),
    ):
        for _ in range(6):
            await send(flooding)
        assert await closed(flooding) == (1008, "too many messages")
        await ask(other)
        while (answer := await other.receive_json(timeout=PATIENCE))["type"] == "presence":
            pass
        assert answer == {"type": "pong"}


async def test_a_long_message_counts_as_one_for_each_512_bytes(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, **LIMIT)
    canvas = await tiles.canvas()
    async with watching(tiles, canvas["id"]) as (socket, _):
        await socket.send_str("x" * 511)
        await socket.send_str("x" * (4 * 512 - 1))
        await socket.send_str("x")
        assert await closed(socket) == (1008, "too many messages")


@pytest.mark.parametrize("artist", [None, "ann"])
async def test_a_client_that_reconnects_has_not_got_more_messages(
    start_tiles: StartTiles, database_url: str, artist: str | None
) -> None:
    tiles = await start_tiles(database_url, **LIMIT)
    canvas = await tiles.canvas()
    first, second = [ticket_of(tiles, artist) if artist else None for _ in range(2)]
    async with watching(tiles, canvas["id"], ticket=first) as (socket, _):
        for _ in range(4):
            await ask(socket)
            assert await socket.receive_json(timeout=PATIENCE) == {"type": "pong"}
    async with watching(tiles, canvas["id"], ticket=second) as (socket, _):
        for _ in range(2):
            await ask(socket)
        assert await closed(socket) == (1008, "too many messages")


async def test_pixels_beyond_the_allowance_are_refused_before_they_are_read(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, paint_pixels_rate=0.001, paint_pixels_burst=4096)
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    ticket = ticket_of(tiles, "ann")
    async with watching(tiles, canvas["id"], ticket=ticket, subprotocol="tessera.v2.binary") as (socket, _):
        # Without its last byte it would close the socket with 1007, had it been read.
        await socket.send_bytes(encode_paint(7, tile["id"], *[(0, 1)] * 4096)[:-1])
        nack = await socket.receive_json(timeout=PATIENCE)
        assert (nack["ref"], nack["code"]) == (7, "paint_limit")
        assert nack["retry_after"] > 0


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
