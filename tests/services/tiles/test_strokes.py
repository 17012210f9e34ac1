"""Strokes: many at once, each with its own answer, in order, exact, and durable once acknowledged."""

from __future__ import annotations

import asyncio
import base64
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import psycopg2
import pytest
from aiohttp import ClientResponse

from shared.db.migrations import migrate
from tests.support.busy import here
from tests.support.identities import TestKeys
from tests.support.parts import VirtualHost, free_ports
from tests.support.strokes import Socket, answer, answers, painting, stroke
from tests.support.tiles import SIZE, StartTiles, TilesClient, account_id, painted
from tests.support.tiles_process import process
from tests.support.waiting import PATIENCE, eventually

GENEROUS = {
    "paint_pixels_rate": 1e9,
    "paint_pixels_burst": 10**9,
    "paint_underway": 100_000,
    "message_burst": 10**6,
}


async def pixels_of(tiles: TilesClient, tile_id: int, artist: str | None = None) -> bytes:
    response = await tiles.call(artist, "GET", f"/tiles/{tile_id}")
    return base64.b64decode((await response.json())["pixels"])


async def events_of(tiles: TilesClient, canvas_id: int, last: int) -> list[dict[str, Any]]:
    """Return every event of a canvas up to number `last`, as a late viewer gets them."""
    events: list[dict[str, Any]] = []
    path = f"/api/v1/ws/canvas/{canvas_id}"
    async with tiles.client.ws_connect(path, params={"since": "0"}) as socket:
        while not events or events[-1]["seq"] < last:
            message = await socket.receive_json(timeout=PATIENCE)
            events += message.get("events", [])
    return events


async def test_a_stroke_is_painted_and_numbered(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    path = f"/tiles/{tile['id']}"
    response = await tiles.call(
        "ann", "PATCH", f"{path}/pixels", json={"pixels": [[0, 3], [255, 16], [0, 4]]}
    )
    assert response.status == 200
    assert await response.json() == {"tile_id": tile["id"], "version": 2, "seq": 3}
    shown = await (await tiles.call(None, "GET", path)).json()
    pixels = base64.b64decode(shown["pixels"])
    assert (pixels[0], pixels[255], sum(pixels)) == (4, 16, 20)
    assert shown["version"] == 2


async def test_a_stroke_over_websocket_is_acknowledged_and_seen(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas("ann")
    tile = await live_tiles.tile("ann", canvas["id"])
    async with painting(live_tiles, canvas["id"], "ann") as socket:
        assert await answer(socket, stroke("a", tile["id"], (7, 2))) == {
            "type": "ack", "ref": "a", "seq": 3, "version": 2,
        }  # fmt: skip
    assert (await events_of(live_tiles, canvas["id"], 3))[-1] == {
        "seq": 3, "kind": "tile.painted", "tile_id": tile["id"], "version": 2,
        "artist_id": account_id("ann"), "pixels": [[7, 2]],
    }  # fmt: skip
    assert (await pixels_of(live_tiles, tile["id"]))[7] == 2


async def test_a_painter_gets_the_ack_of_a_stroke_before_the_stroke(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], "ann") as socket:
        for ref in range(20):
            await socket.send_json(stroke(ref, tile["id"], (7, 2)))
            ack = await socket.receive_json(timeout=PATIENCE)
            batch = await socket.receive_json(timeout=PATIENCE)
            assert (ack["type"], batch["type"]) == ("ack", "batch")
            assert [event["seq"] for event in batch["events"]] == [ack["seq"]]


async def test_strokes_on_a_tile_take_effect_in_the_order_in_which_they_are_sent(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, **GENEROUS)
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], "ann") as socket:
        for ref in range(200):
            await socket.send_json(stroke(ref, tile["id"], (ref % 256, ref % 16 + 1), (9, ref % 16 + 1)))
        received = await answers(socket, 200)
    assert [message["ref"] for message in received] == list(range(200))
    assert [message["version"] for message in received] == list(range(2, 202))
    assert [message["seq"] for message in received] == list(range(3, 203))
    assert (await pixels_of(tiles, tile["id"]))[9] == 199 % 16 + 1


async def test_no_stroke_of_concurrent_painters_is_lost_or_duplicated(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    processes = [await start_tiles(database_url, broker.url, **GENEROUS) for _ in range(2)]
    canvases = [await processes[0].canvas("owner", collaboration_mode="free") for _ in range(2)]
    tiles = {
        canvas["id"]: [await processes[0].tile("owner", canvas["id"], x) for x in range(3)]
        for canvas in canvases
    }
    acks: dict[int, list[dict[str, Any]]] = {canvas["id"]: [] for canvas in canvases}

    async def paint(number: int) -> None:
        canvas_id = canvases[number % 2]["id"]
        chance = random.Random(number)
        async with painting(processes[number // 2 % 2], canvas_id, f"a{number}") as socket:
            for _ in range(10):
                for ref in range(6):
                    tile = chance.choice(tiles[canvas_id])
                    pixels = [(chance.randrange(256), chance.randrange(17)) for _ in range(5)]
                    await socket.send_json(stroke(ref, tile["id"], *pixels))
                acks[canvas_id] += await answers(socket, 6)

    await asyncio.gather(*(paint(number) for number in range(8)))
    for canvas_id, received in acks.items():
        assert {message["type"] for message in received} == {"ack"}
        last = 4 + 4 * 60
        assert sorted(message["seq"] for message in received) == list(range(5, last + 1))
        replayed = {tile["id"]: bytearray(SIZE * SIZE) for tile in tiles[canvas_id]}
        versions = dict.fromkeys(replayed, 1)
        for event in await events_of(processes[0], canvas_id, last):
            if event["kind"] == "tile.painted":
                versions[event["tile_id"]] += 1
                assert event["version"] == versions[event["tile_id"]]
                for offset, colour in event["pixels"]:
                    replayed[event["tile_id"]][offset] = colour
        for tile_id, pixels in replayed.items():
            assert await pixels_of(processes[1], tile_id) == pixels


async def test_a_refused_stroke_does_not_affect_the_others(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    mine = await tiles.tile("ann", canvas["id"], 0)
    locked = await tiles.tile("ann", canvas["id"], 1)
    foreign = await tiles.tile("bob", canvas["id"], 2)
    draft = await tiles.tile("bob", canvas["id"], 3, is_public=False)
    elsewhere = await tiles.tile("ann", (await tiles.canvas("ann"))["id"])
    private = await tiles.tile("bob", (await tiles.canvas("bob", is_public=False))["id"])
    await tiles.call("ann", "POST", f"/tiles/{locked['id']}/lock")
    async with (
        painting(tiles, canvas["id"], "ann") as ann,
        painting(tiles, canvas["id"], "bob") as bob,
    ):
        for ref, tile_id, pixel in (
            (1, mine["id"], (0, 1)),
            (2, foreign["id"], (0, 1)),
            (3, draft["id"], (0, 1)),
            (4, elsewhere["id"], (0, 1)),
            (5, 2**62, (0, 1)),
            (6, mine["id"], (256, 1)),
            (7, mine["id"], (0, 17)),
            (8, private["id"], (0, 1)),
            (9, locked["id"], (0, 1)),
        ):
            await ann.send_json(stroke(ref, tile_id, pixel))
        codes = {message["ref"]: message.get("code", "ack") for message in await answers(ann, 9)}
        assert (await answer(bob, stroke("b", locked["id"], (0, 1))))["code"] == "tile_locked"
    assert codes == {
        1: "ack", 2: "not_tile_creator", 3: "tile_not_found", 4: "tile_not_found", 5: "tile_not_found",
        6: "invalid", 7: "invalid", 8: "tile_not_found", 9: "ack",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("artist", "roles", "expected"),
    [
        (None, (), (401, "not_authenticated")),
        ("stranger", (), (403, "not_tile_creator")),
        ("owner", (), (403, "not_tile_creator")),
        ("moderator", ("moderator",), (403, "not_tile_creator")),
        ("ann", (), (200, None)),
    ],
)
async def test_only_permitted_artists_paint_a_tile_in_the_locking_modes(
    tiles: TilesClient, artist: str | None, roles: tuple[str, ...], expected: tuple[int, str | None]
) -> None:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"])
    response = await tiles.call(
        artist, "PATCH", f"/tiles/{tile['id']}/pixels", json={"pixels": [[0, 1]]}, roles=roles
    )
    assert (response.status, (await response.json()).get("code")) == expected


async def test_a_guest_can_watch_but_not_paint(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", collaboration_mode="free")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], None) as socket:
        nack = await answer(socket, stroke("a", tile["id"], (0, 1)))
    assert (nack["type"], nack["ref"], nack["code"]) == ("nack", "a", "not_authenticated")
    assert not any(await pixels_of(tiles, tile["id"]))


BAD_PIXELS: list[Any] = [
    None, 7, "x", {}, [], [7], [[1]], [[1, 2, 3]], [[1, "2"]], [[1.5, 2]], [[True, 2]], [[None, 2]],
    [[-1, 2]], [[256, 2]], [[0, -1]], [[0, 17]], [[2**70, 1]], [[0, 1]] * 4097,
]  # fmt: skip


@pytest.mark.parametrize("pixels", BAD_PIXELS, ids=lambda pixels: repr(pixels)[:20])
async def test_bad_pixels_are_refused_and_nothing_is_stored(tiles: TilesClient, pixels: Any) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    path = f"/tiles/{tile['id']}"
    response = await tiles.call("ann", "PATCH", f"{path}/pixels", json={"pixels": pixels})
    problem = await response.json()
    assert (response.status, problem["code"]) == (422, "invalid")
    assert problem["errors"][0]["loc"][:2] == ["body", "pixels"]
    async with painting(tiles, canvas["id"], "ann") as socket:
        message = {"type": "paint", "ref": 1, "tile_id": tile["id"], "pixels": pixels}
        nack = await answer(socket, message)
    assert (nack["type"], nack["ref"], nack["code"]) == ("nack", 1, "invalid")
    shown = await (await tiles.call(None, "GET", path)).json()
    assert (shown["version"], shown["pixels"]) == (1, tile["pixels"])


@pytest.mark.parametrize(
    ("change", "ref"),
    [
        ({"ref": None}, None), ({"ref": True}, None), ({"ref": [1]}, None), ({"ref": "x" * 101}, "x" * 101),
        ({"tile_id": None}, "a"), ({"tile_id": "7"}, "a"), ({"tile_id": 0}, "a"), ({"tile_id": 2**63}, "a"),
        ({"more": 1}, "a"),
    ],
)  # fmt: skip
async def test_a_malformed_paint_message_is_refused_under_its_ref(
    tiles: TilesClient, change: dict[str, Any], ref: Any
) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], "ann") as socket:
        nack = await answer(socket, {**stroke("a", tile["id"], (0, 1)), **change})
        assert (nack["type"], nack["ref"], nack["code"]) == ("nack", ref, "invalid")
        without_ref = stroke("a", tile["id"], (0, 1))
        del without_ref["ref"]
        assert (await answer(socket, without_ref))["code"] == "invalid"
        assert (await answer(socket, stroke("b", tile["id"], (0, 1))))["type"] == "ack"


async def test_the_pixels_of_a_stroke_on_a_draft_are_not_broadcast(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas("owner")
    tile = await live_tiles.tile("ann", canvas["id"], is_public=False)
    await live_tiles.call("ann", "PATCH", f"/tiles/{tile['id']}/pixels", json={"pixels": [[0, 1]]})
    event = (await events_of(live_tiles, canvas["id"], 3))[-1]
    assert (event["kind"], event["pixels"]) == ("tile.painted", [])


async def test_an_artist_cannot_paint_more_pixels_than_the_limit(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, paint_pixels_rate=500, paint_pixels_burst=4096)
    canvas = await tiles.canvas("ann", collaboration_mode="free")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], "ann") as socket:
        for ref in range(2):
            await socket.send_json(stroke(ref, tile["id"], *[(0, 1)] * 3900))
        received = await answers(socket, 2)
        (nack,) = (message for message in received if message["type"] == "nack")
        assert (nack["ref"], nack["code"]) == (1, "paint_limit")
        assert 0 < nack["retry_after"] <= 8
        pixels = {"pixels": [[0, 1]] * 4000}
        for method, path, body in (
            ("PATCH", f"/tiles/{tile['id']}/pixels", pixels),
            ("PUT", f"/tiles/{tile['id']}", {"title": "The sea"}),
            ("PUT", f"/tiles/{tile['id']}", {"pixels": painted(2)}),
            ("POST", "/tiles", {"canvas_id": canvas["id"], "x": 1, "y": 0, "pixels": painted(2)}),
            ("POST", f"/tiles/{tile['id']}/revert", {"version": 1}),
        ):
            refused = await call_until_refused(tiles, "ann", method, path, body)
            assert (await refused.json())["code"] == "paint_limit"
            assert 1 <= int(refused.headers["Retry-After"]) <= 8
        other = await tiles.call("bob", "PATCH", f"/tiles/{tile['id']}/pixels", json=pixels)
        assert other.status == 200
        await eventually(lambda: is_acknowledged(socket, stroke("later", tile["id"], (0, 1))))


async def call_until_refused(
    tiles: TilesClient, artist: str, method: str, path: str, body: dict[str, Any]
) -> ClientResponse:
    """Repeat a call until it is refused for its rate; what a cell is or holds is no reason to stop."""
    while True:
        response = await tiles.call(artist, method, path, json=body)
        if response.status == 429:
            return response
        assert response.status in (200, 201, 409), await response.text()


async def is_acknowledged(socket: Socket, message: Any) -> bool:
    answered: str = (await answer(socket, message))["type"]
    return answered == "ack"


async def test_what_an_honest_artist_paints_is_never_limited(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas("ann", width=1280, height=128, tile_size=128)
    whole = base64.b64encode(bytes([1]) * 128 * 128).decode()
    imported = [
        await tiles.tile("ann", canvas["id"], x, pixels=whole) for x in range(10)
    ]  # as many as an artist may have by default
    fill = [(offset, 2) for offset in range(64 * 64)]
    line = [stroke(f"line {offset}", imported[0]["id"], (offset, 3)) for offset in range(28)]
    async with painting(tiles, canvas["id"], "ann") as socket:
        for message in (stroke("fill", imported[0]["id"], *fill), *line):
            await socket.send_json(message)
        assert {message["type"] for message in await answers(socket, 29)} == {"ack"}


async def test_the_pixels_that_wait_in_a_process_are_limited(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, **GENEROUS, paint_queue_pixels=8000)
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], "ann") as socket:
        for ref in range(40):
            await socket.send_json(stroke(ref, tile["id"], *[(0, 1)] * 4000))
        received = await answers(socket, 40)
        refused = [message for message in received if message["type"] == "nack"]
        assert {message["code"] for message in refused} == {"overloaded"}
        assert len(refused) < 40
        await eventually(lambda: is_acknowledged(socket, stroke("later", tile["id"], (0, 1))))


async def test_strokes_underway_per_connection_and_waiting_per_process_are_limited(
    start_tiles: StartTiles, database_url: str
) -> None:
    for limit, code in (("paint_underway", "paint_limit"), ("paint_queue", "overloaded")):
        tiles = await start_tiles(database_url, **{**GENEROUS, limit: 1})
        canvas = await tiles.canvas("ann")
        tile = await tiles.tile("ann", canvas["id"])
        async with painting(tiles, canvas["id"], "ann") as socket:
            for ref in range(50):
                await socket.send_json(stroke(ref, tile["id"], (0, 1)))
            received = await answers(socket, 50)
        refused = [message for message in received if message["type"] == "nack"]
        assert refused
        assert {message["code"] for message in refused} == {code}
        assert all(message["retry_after"] > 0 for message in refused)
        assert any(message["type"] == "ack" for message in received)


@pytest.mark.real_limits
async def test_without_postgres_every_stroke_is_refused_by_name_until_it_recovers(
    start_tiles: StartTiles, private_database: Callable[[str], Any]
) -> None:
    postgres = await asyncio.to_thread(private_database, "tiles")
    await asyncio.to_thread(migrate, "tiles", postgres.url)
    tiles = await start_tiles(postgres.url)
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    async with painting(tiles, canvas["id"], "ann") as socket:
        await socket.send_json({"type": "ping"})
        assert (await socket.receive_json(timeout=PATIENCE))["type"] == "pong"
        await asyncio.to_thread(postgres.stop)
        started = time.monotonic()
        for ref in range(20):
            await socket.send_json(stroke(ref, tile["id"], (0, 1)))
        patched = await tiles.call("ann", "PATCH", f"/tiles/{tile['id']}/pixels", json={"pixels": [[0, 1]]})
        received = await answers(socket, 20)
        assert time.monotonic() - started < here(3)
        assert (patched.status, (await patched.json())["code"]) == (503, "postgres_unavailable")
        assert "Retry-After" in patched.headers
        assert {message["code"] for message in received} == {"postgres_unavailable"}
        assert all(message["retry_after"] > 0 for message in received)
        await asyncio.to_thread(postgres.start)
        assert (await answer(socket, stroke("again", tile["id"], (0, 1))))["type"] == "ack"


async def test_acknowledged_strokes_survive_a_crash_of_the_process(
    tiles: TilesClient, database_url: str, broker: VirtualHost, keys: TestKeys, tmp_path: Path
) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    port = free_ports(1)[0]
    acknowledged: dict[int, int] = {}
    async with process(port, database_url, broker.url, keys, tmp_path / "log") as pid:
        params = {"ticket": keys.ticket(account_id("ann"), "ann")}
        path = f"http://127.0.0.1:{port}/api/v1/ws/canvas/{canvas['id']}"
        async with aiohttp.ClientSession() as http, http.ws_connect(path, params=params) as socket:
            sent = 0
            while sent < 40:
                await socket.send_json(stroke(sent, tile["id"], (sent, sent % 16 + 1)))
                sent += 1
            while len(acknowledged) < 200:
                message = await socket.receive_json(timeout=PATIENCE)
                if message["type"] == "ack":
                    acknowledged[message["seq"]] = message["ref"]
                    await socket.send_json(stroke(sent, tile["id"], (sent % 256, sent % 16 + 1)))
                    sent += 1
            os.kill(pid, signal.SIGKILL)
            async for received in socket:
                message = received.json()
                if message["type"] == "ack":
                    acknowledged[message["seq"]] = message["ref"]
    events = {event["seq"]: event for event in await events_of(tiles, canvas["id"], max(acknowledged))}
    for seq, ref in acknowledged.items():
        assert events[seq]["pixels"] == [[ref % 256, ref % 16 + 1]]
    pixels = bytearray(SIZE * SIZE)
    for event in events.values():
        for offset, colour in event.get("pixels", []):
            pixels[offset] = colour
    assert await pixels_of(tiles, tile["id"]) == pixels


async def test_a_stroke_publishes_once_per_hour_that_its_artist_is_active(
    tiles: TilesClient, database_url: str
) -> None:
    canvas = await tiles.canvas("ann", collaboration_mode="free")
    tile = await tiles.tile("ann", canvas["id"])
    for artist in ("ann", "bob", "ann", "bob"):
        body = {"pixels": [[0, 1]]}
        response = await tiles.call(artist, "PATCH", f"/tiles/{tile['id']}/pixels", json=body)
        assert response.status == 200
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT routing_key FROM outbox WHERE routing_key LIKE 'artist.%' ORDER BY id")
        published = cursor.fetchall()
    assert published == [(f"artist.active.{account_id(artist)}",) for artist in ("ann", "bob")]
