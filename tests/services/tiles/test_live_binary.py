"""`tessera.v2.binary` beside `tessera.v1.json`: the same changes, in order and once, and the same answers."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from tests.support.binary import decode_acks, encode_paint
from tests.support.live import batch, events, watching
from tests.support.parts import VirtualHost
from tests.support.tiles import StartTiles, TilesClient, account_id, painted
from tests.support.waiting import PATIENCE

JSON, BINARY = "tessera.v1.json", "tessera.v2.binary"
GENEROUS = {"paint_rate": 100_000, "paint_burst": 100_000, "paint_underway": 100_000}

Socket = ClientWebSocketResponse


async def answers(socket: Socket, count: int) -> list[dict[str, Any]]:
    """Return the next `count` acks and nacks, skipping batches in between."""
    received: list[dict[str, Any]] = []
    while len(received) < count:
        message = await socket.receive(timeout=PATIENCE)
        if message.type is WSMsgType.TEXT:
            received += [message.json()] if message.json()["type"] == "nack" else []
        elif message.data[0] == 2:
            received += decode_acks(message.data)
    return received


async def work(tiles: TilesClient, canvas_id: int, tile_id: int, rounds: int) -> None:
    """Change the canvas in several ways: strokes of two artists, likes, whole pictures."""
    path = f"/tiles/{tile_id}"
    for number in range(rounds):
        for artist in ("ann", "bob"):
            pixels = [[number, 1 + number % 4], [200 - number, 2]]
            await tiles.call(artist, "PATCH", f"{path}/pixels", json={"pixels": pixels})
        await tiles.call("bob", "DELETE" if number % 2 else "POST", f"{path}/like")
        await tiles.call("ann", "PUT", path, json={"pixels": painted(number % 9)})


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ((BINARY, JSON), BINARY),
        ((JSON, BINARY), JSON),
        (("tessera.v9", JSON), JSON),
        ((), None),
    ],
)
async def test_the_first_known_subprotocol_that_a_client_offers_is_used(
    tiles: TilesClient, offered: tuple[str, ...], chosen: str | None
) -> None:
    canvas = await tiles.canvas()
    path = f"/api/v1/ws/canvas/{canvas['id']}"
    async with tiles.client.ws_connect(path, protocols=offered) as socket:
        assert socket.protocol == chosen
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "hello"


async def test_viewers_of_both_subprotocols_get_the_same_changes_live_and_later(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    writer, other = [await start_tiles(database_url, broker.url, **GENEROUS) for _ in range(2)]
    canvas = await writer.canvas("owner", collaboration_mode="free")
    tile = await writer.tile("ann", canvas["id"])
    rounds = 12
    count = 4 * rounds
    async with AsyncExitStack() as stack:
        live = [
            (await stack.enter_async_context(watching(tiles, canvas["id"], subprotocol=subprotocol)))[0]
            for tiles in (writer, other)
            for subprotocol in (JSON, BINARY)
        ]
        await work(writer, canvas["id"], tile["id"], rounds)
        (expected, *others) = [await events(socket, count) for socket in live]
        assert [event["seq"] for event in expected] == list(range(3, 3 + count))
        assert others == [expected] * 3
        # From what the processes keep in memory: since the beginning, and since the middle of a batch.
        for tiles in (writer, other):
            for subprotocol in (JSON, BINARY):
                for since in (2, 2 + count // 2):
                    late = watching(tiles, canvas["id"], since=since, subprotocol=subprotocol)
                    socket, _ = await stack.enter_async_context(late)
                    assert await events(socket, 2 + count - since) == expected[since - 2 :]
    fresh = await start_tiles(database_url, broker.url)
    for subprotocol in (JSON, BINARY):  # from the journal
        async with watching(fresh, canvas["id"], since=2, subprotocol=subprotocol) as (socket, _):
            assert await events(socket, count) == expected


async def test_a_viewer_that_changes_the_subprotocol_at_each_reconnection_misses_nothing(
    live_tiles: TilesClient,
) -> None:
    canvas = await live_tiles.canvas("owner", collaboration_mode="free")
    tile = await live_tiles.tile("ann", canvas["id"])
    writing = asyncio.create_task(work(live_tiles, canvas["id"], tile["id"], 10))
    seen = [2]
    while seen[-1] < 42:
        subprotocol = (JSON, BINARY)[len(seen) % 2]
        async with watching(live_tiles, canvas["id"], since=seen[-1], subprotocol=subprotocol) as (socket, _):
            seen += [event["seq"] for event in await batch(socket)]
    await writing
    assert seen == list(range(2, 43))


async def test_binary_strokes_are_acknowledged_and_painted(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas("ann")
    tile = await live_tiles.tile("ann", canvas["id"])
    ticket = live_tiles.keys.ticket(account_id("ann"), "ann")
    async with watching(live_tiles, canvas["id"], ticket=ticket, subprotocol=BINARY) as (socket, _):
        await socket.send_bytes(encode_paint(300, tile["id"], (7, 2), (5, 3)))
        assert await answers(socket, 1) == [{"type": "ack", "ref": 300, "seq": 3, "version": 2}]
    async with watching(live_tiles, canvas["id"], since=2) as (socket, _):
        assert (await events(socket, 1))[0]["pixels"] == [[7, 2], [5, 3]]


async def test_an_invalid_binary_stroke_is_refused_like_one_in_json(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas("ann")
    tile = await live_tiles.tile("ann", canvas["id"])
    ticket = live_tiles.keys.ticket(account_id("ann"), "ann")
    async with watching(live_tiles, canvas["id"], ticket=ticket, subprotocol=BINARY) as (socket, _):
        for ref, pixels in enumerate(([], [(256, 1)], [(0, 200)], [(0, 1)] * 4097)):
            await socket.send_bytes(encode_paint(ref, tile["id"], *pixels))
        refused = await answers(socket, 4)
    assert sorted(nack["ref"] for nack in refused) == [0, 1, 2, 3]
    assert {nack["code"] for nack in refused} == {"invalid"}


@pytest.mark.parametrize(
    ("subprotocol", "message", "code"),
    [
        (JSON, b"\x01\x01\x01\x03\x03\x07", 1003),
        (BINARY, '{"type": "paint", "ref": 1, "tile_id": 1, "pixels": [[0, 1]]}', 1003),
        (BINARY, b"\x01\x80", 1007),
        (BINARY, b"\x01" + b"\xff" * 9, 1007),
        (BINARY, b"\x00" * 70_000, 1009),
    ],
)
async def test_a_message_that_breaks_the_subprotocol_closes_the_socket_and_changes_nothing(
    live_tiles: TilesClient, subprotocol: str, message: str | bytes, code: int
) -> None:
    canvas = await live_tiles.canvas("ann")
    await live_tiles.tile("ann", canvas["id"])
    ticket = live_tiles.keys.ticket(account_id("ann"), "ann")
    async with watching(live_tiles, canvas["id"], ticket=ticket, subprotocol=subprotocol) as (socket, _):
        await (socket.send_str(message) if isinstance(message, str) else socket.send_bytes(message))
        closed = await socket.receive(timeout=PATIENCE)
        assert (closed.type, closed.data) == (WSMsgType.CLOSE, code)
    canvas = await (await live_tiles.call(None, "GET", f"/canvases/{canvas['id']}")).json()
    async with watching(live_tiles, canvas["id"]) as (_, hello):
        assert hello["seq"] == 2


async def test_a_ping_is_answered_in_the_binary_subprotocol(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas()
    async with watching(live_tiles, canvas["id"], subprotocol=BINARY) as (socket, _):
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json(timeout=PATIENCE) == {"type": "pong"}
