"""What drawing may cost: the largest canvas, full of noise, while others paint."""

from __future__ import annotations

import asyncio
import io
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg2
import pytest
from PIL import Image
from psycopg2.extras import execute_values

from tests.support.busy import here
from tests.support.identities import TestKeys
from tests.support.parts import VirtualHost, free_ports
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.tiles_process import process
from tests.support.waiting import PATIENCE

SIDE, TILE = 8192, 128
CELLS = SIDE // TILE
MIB = 1024 * 1024
MEMORY_LIMIT = 300 * MIB

_TO_COLOURS = bytes(1 + value % 16 for value in range(256))


def paint_noise(database_url: str, canvas_id: int, *, columns: int, rows: int) -> None:
    """Give each cell of a rectangle a tile of noise, by ann."""
    dice = random.Random(7)
    values = (
        (canvas_id, x, y, TILE, dice.randbytes(TILE * TILE).translate(_TO_COLOURS), True, account_id("ann"))
        for y in range(rows)
        for x in range(columns)
    )
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        statement = "INSERT INTO tiles (canvas_id, x, y, size, pixels, is_public, creator_id) VALUES %s"
        execute_values(cursor, statement, values, page_size=64)
        cursor.execute("UPDATE canvases SET tile_count = %s WHERE id = %s", (columns * rows, canvas_id))


async def largest_canvas(tiles: TilesClient) -> dict[str, Any]:
    await tiles.canvas("ann")
    return await tiles.canvas("ann", width=SIDE, height=SIDE, tile_size=TILE, collaboration_mode="free")


@dataclass
class Guests:
    """Requests from many networks to a process on its own."""

    http: aiohttp.ClientSession
    path: str

    async def get(self, number: int, what: str) -> tuple[int, int, str | None]:
        """Return status, bytes and Retry-After of a request from the network with that number."""
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        async with self.http.get(f"{self.path}{what}", headers=headers) as response:
            return response.status, len(await response.read()), response.headers.get("Retry-After")


def peak_memory(pid: int) -> int:
    """Return the most memory that any process of a group has held, in bytes."""
    group = [psutil.Process(pid), *psutil.Process(pid).children()]
    return max(_peak(one.pid) for one in group)


def _peak(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


async def paint(socket: aiohttp.ClientWebSocketResponse, tile_id: int) -> AsyncIterator[float]:
    """Paint one stroke after the other; give the seconds until each is acknowledged."""
    ref = 0
    while True:
        started = time.monotonic()
        pixels = [[ref % 1000, ref % 16]]
        await socket.send_json({"type": "paint", "ref": ref, "tile_id": tile_id, "pixels": pixels})
        while (message := await socket.receive_json(timeout=PATIENCE))["type"] != "ack":
            assert message["type"] != "nack", message
        yield time.monotonic() - started
        ref += 1
        await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_guests_who_draw_the_largest_canvas_hinder_no_artist(
    tiles: TilesClient, database_url: str, broker: VirtualHost, keys: TestKeys, tmp_path: Path
) -> None:
    canvas, other = await largest_canvas(tiles), await tiles.canvas("bob")
    paint_noise(database_url, canvas["id"], columns=CELLS, rows=CELLS)
    tile = await tiles.tile("bob", other["id"])
    port = free_ports(1)[0]
    async with (
        process(port, database_url, broker.url, keys, tmp_path / "log") as group,
        aiohttp.ClientSession() as http,
        http.ws_connect(
            f"http://127.0.0.1:{port}/api/v1/ws/canvas/{other['id']}",
            params={"ticket": keys.ticket(account_id("bob"), "bob")},
        ) as socket,
    ):
        guests = Guests(http, f"http://127.0.0.1:{port}/api/v1/canvases/{canvas['id']}")
        parts = [f".png?x={4 * number}&y=8&columns=4&rows=4&scale=8" for number in range(16)]
        wanted = [".png", "/snapshot", "/timelapse.png", *parts, ".png"]
        drawing = asyncio.gather(*(guests.get(number, what) for number, what in enumerate(wanted)))
        seconds = []
        async for each in paint(socket, tile["id"]):
            seconds.append(each)
            if drawing.done() and len(seconds) > 60:
                break
        received = await drawing
        assert {status for status, _, _ in received} <= {200, 429}
        assert all(retry is not None for status, _, retry in received if status == 429)
        assert 200 in {status for status, _, _ in received}
        assert peak_memory(-group) < MEMORY_LIMIT
        assert statistics.quantiles(seconds, n=20)[-1] < here(0.1)


async def test_a_part_may_not_be_enlarged_to_the_size_of_the_largest_canvas(tiles: TilesClient) -> None:
    canvas = await largest_canvas(tiles)
    path = f"/canvases/{canvas['id']}.png?columns=4&rows=4&scale=16"
    response = await tiles.call(None, "GET", path)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["query", "scale"]


async def test_the_largest_picture_and_its_parts_are_drawn_exactly(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", width=1024, height=2048, tile_size=TILE)
    paint_noise(tiles.database_url, canvas["id"], columns=8, rows=16)
    path = f"/canvases/{canvas['id']}.png"
    whole = Image.open(io.BytesIO(await (await tiles.call(None, "GET", path)).read()))
    part = await tiles.call(None, "GET", f"{path}?x=1&y=7&columns=3&rows=9&scale=2")
    enlarged = Image.open(io.BytesIO(await part.read()))
    cropped = whole.crop((128, 7 * 128, 4 * 128, 2048))
    assert enlarged.tobytes() == cropped.resize((768, 2304), Image.Resampling.NEAREST).tobytes()


@pytest.mark.parametrize("number", [1, 2, 3, 4, 15, 16, 17, 255])
async def test_a_palette_of_any_size_is_drawn(tiles: TilesClient, number: int) -> None:
    palette = [f"#{colour:06x}" for colour in range(max(2, number))]
    canvas = await tiles.canvas("ann", palette=palette)
    await tiles.tile("ann", canvas["id"], 1, 1, pixels="AQIB" * 85 + "AQ==")
    picture = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png")
    shown = Image.open(io.BytesIO(await picture.read())).convert("RGBA")
    assert [shown.getpixel((x, 16)) for x in (15, 16, 17)] == [(0, 0, 0, 0), (0, 0, 0, 255), (0, 0, 1, 255)]


async def test_guests_pay_for_what_is_drawn_and_not_for_what_is_kept(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, picture_pixels_rate=1, picture_pixels_burst=64 * 64 * 2)
    canvas = await tiles.canvas("ann")
    path = f"/canvases/{canvas['id']}.png"

    async def draw(part: str, network: str, artist: str | None = None) -> int:
        response = await tiles.call(artist, "GET", f"{path}{part}", headers={"X-Forwarded-For": network})
        assert (response.status == 429) == ("Retry-After" in response.headers)
        return response.status

    assert await draw("", "2001:db8::1") == 200
    assert [await draw("", "2001:db8::2") for _ in range(5)] == [200] * 5
    assert await draw("?x=1", "2001:db8::3") == 200
    assert await draw("?scale=2", "2001:db8::4") == 429
    assert await draw("?scale=2", "2001:db8::4", "ann") == 200
    assert await draw("?scale=2", "2001:db8::4") == 200
    assert await draw("?y=1", "203.0.113.1") == 200


async def noisy_events(tiles: TilesClient) -> int:
    """Return the id of a canvas with 256 tiles of noise, each of which was also updated."""
    canvas = await tiles.canvas("ann", width=2048, height=2048, tile_size=TILE)
    paint_noise(tiles.database_url, canvas["id"], columns=16, rows=16)
    with closing(psycopg2.connect(tiles.database_url)) as connection, connection:
        connection.cursor().execute(
            "INSERT INTO canvas_events (canvas_id, seq, event) SELECT %(id)s, 1 + number, json_build_object("
            "'seq', 1 + number, 'kind', 'tile.updated', 'tile', encode(pixels, 'base64'))"
            " FROM (SELECT pixels, row_number() OVER (ORDER BY id) AS number FROM tiles) AS numbered",
            {"id": canvas["id"]},
        )
        connection.cursor().execute("UPDATE canvases SET seq = 257 WHERE id = %s", (canvas["id"],))
    return int(canvas["id"])


async def test_a_page_of_events_or_tiles_holds_at_most_a_megabyte(tiles: TilesClient) -> None:
    canvas_id = await noisy_events(tiles)

    async def page(of: str, **query: str) -> dict[str, Any]:
        response = await tiles.call(None, "GET", of, params={"limit": "500", **query})
        body = await response.read()
        assert len(body) < 1.5 * MIB
        found: dict[str, Any] = await response.json()
        return found

    seqs: list[int] = []
    while items := (await page(f"/canvases/{canvas_id}/events", after=str(seqs[-1] if seqs else 0)))["items"]:
        seqs += [item["seq"] for item in items]
    assert seqs == list(range(1, 258))
    for of in (f"/tiles/canvas/{canvas_id}", f"/tiles/user/{account_id('ann')}"):
        found = await page(of)
        ids = [tile["id"] for tile in found["items"]]
        while found["next_cursor"]:
            found = await page(of, cursor=found["next_cursor"])
            ids += [tile["id"] for tile in found["items"]]
        assert (len(ids), len(set(ids))) == (256, 256)


async def test_a_viewer_who_catches_up_gets_at_most_a_megabyte_at_once(tiles: TilesClient) -> None:
    path = f"/api/v1/ws/canvas/{await noisy_events(tiles)}"
    seqs: list[int] = []
    async with tiles.client.ws_connect(path, params={"since": "0"}, max_msg_size=2 * MIB) as socket:
        while not seqs or seqs[-1] < 257:
            message = await socket.receive_json(timeout=PATIENCE)
            seqs += [event["seq"] for event in message.get("events", [])]
    assert seqs == list(range(1, 258))
