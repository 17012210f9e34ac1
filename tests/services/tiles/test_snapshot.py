"""The snapshot: a canvas at one moment, continued by the live feed without gap or repetition."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from tests.support.live import watching
from tests.support.parts import VirtualHost
from tests.support.snapshots import Snapshot, read_snapshot
from tests.support.tiles import SIZE, StartTiles, TilesClient, painted
from tests.support.waiting import PATIENCE

THE_END = 16
"""The colour of the last stroke."""


async def load(tiles: TilesClient, canvas_id: int, artist: str | None = None, **part: int) -> Snapshot:
    response = await tiles.call(artist, "GET", f"/canvases/{canvas_id}/snapshot", params=part)
    assert response.status == 200
    return read_snapshot(response, await response.read())


async def test_a_broken_transfer_is_resumed_where_it_broke(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/snapshot"
    whole = await tiles.call(None, "GET", path)
    resume = {"Range": "bytes=10-", "If-Range": whole.headers["ETag"]}
    rest = await tiles.call(None, "GET", path, headers=resume)
    body = await whole.read()
    assert (rest.status, rest.headers["Content-Range"]) == (206, f"bytes 10-{len(body) - 1}/{len(body)}")
    assert await rest.read() == body[10:]


@pytest.mark.parametrize(
    "resume",
    [
        pytest.param({"Range": "bytes=10-"}, id="without its tag"),
        pytest.param({"Range": "bytes=10-", "If-Range": '"another"'}, id="of another version"),
        pytest.param({"Range": "bytes=99999999-", "If-Range": ""}, id="from beyond its end"),
        pytest.param({"Range": "bytes=0-9,20-29", "If-Range": ""}, id="in two parts"),
    ],
)
async def test_a_range_that_cannot_be_resumed_is_answered_with_the_whole(
    tiles: TilesClient, resume: dict[str, str]
) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/snapshot"
    whole = await tiles.call(None, "GET", path)
    if resume.get("If-Range") == "":
        resume = {**resume, "If-Range": whole.headers["ETag"]}
    response = await tiles.call(None, "GET", path, headers=resume)
    assert (response.status, await response.read()) == (200, await whole.read())


async def test_a_snapshot_holds_the_whole_canvas(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(height=128, palette=["#ff0000", "#00ff80"])
    first = await tiles.tile("ann", canvas["id"], 3, 7, pixels=painted(1))
    second = await tiles.tile("bob", canvas["id"], 1, 2, pixels=painted(2))
    await tiles.call("bob", "PUT", f"/tiles/{second['id']}", json={"pixels": painted(1)})
    await tiles.tile("bob", canvas["id"], 0, 0, is_public=False)
    snapshot = await load(tiles, canvas["id"])
    assert (snapshot.columns, snapshot.rows, snapshot.tile_size) == (4, 8, SIZE)
    assert snapshot.palette == ["#ff0000", "#00ff80"]
    assert snapshot.seq == 5
    assert list(snapshot.tiles.items()) == [
        (second["id"], (1, 2, 2, bytes([1]) * SIZE * SIZE)),
        (first["id"], (3, 7, 1, bytes([1]) * SIZE * SIZE)),
    ]


async def test_a_snapshot_of_a_part_holds_its_tiles_only(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    inside = await tiles.tile("ann", canvas["id"], 2, 1, pixels=painted(1))
    await tiles.tile("ann", canvas["id"], 3, 1)
    await tiles.tile("ann", canvas["id"], 2, 3)
    snapshot = await load(tiles, canvas["id"], x=1, y=1, columns=2, rows=2)
    assert (snapshot.columns, snapshot.rows) == (4, 4)
    assert snapshot.tiles == {inside["id"]: (2, 1, 1, bytes([1]) * SIZE * SIZE)}


@pytest.mark.parametrize(("side", "pixels"), [(4, b""), (2, bytes([1]) * SIZE * SIZE)])
async def test_tiles_of_more_pixels_than_wanted_come_without(
    tiles: TilesClient, side: int, pixels: bytes
) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], 1, 1, pixels=painted(1))
    snapshot = await load(tiles, canvas["id"], columns=side, rows=side, pixels_up_to=4 * SIZE**2)
    assert snapshot.tiles == {tile["id"]: (1, 1, 1, pixels)}


async def test_a_snapshot_of_a_part_beyond_the_canvas_is_refused(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/snapshot"
    assert (await tiles.call(None, "GET", path, params={"x": 3, "columns": 2})).status == 422


async def test_a_snapshot_of_an_empty_canvas_holds_no_tile(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    snapshot = await load(tiles, canvas["id"])
    assert (snapshot.seq, snapshot.tiles) == (1, {})


async def test_the_snapshot_of_a_private_canvas_is_hidden_from_others(tiles: TilesClient) -> None:
    path = f"/canvases/{(await tiles.canvas('ann', is_public=False))['id']}/snapshot"
    assert (await tiles.call(None, "GET", path)).status == 404
    assert (await tiles.call("bob", "GET", path)).status == 404
    assert (await tiles.call("ann", "GET", path)).status == 200


async def test_an_unchanged_snapshot_is_not_sent_twice(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/snapshot"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    same = await tiles.call(None, "GET", path, headers={"If-None-Match": tag})
    assert (same.status, same.headers["X-Canvas-Seq"]) == (304, "1")
    await tiles.tile("ann", canvas["id"])
    changed = await tiles.call(None, "GET", path, headers={"If-None-Match": tag})
    assert (changed.status, changed.headers["X-Canvas-Seq"]) == (200, "2")


async def test_a_snapshot_is_reused_after_a_like_which_the_feed_delivers(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas()
    tile = await live_tiles.tile("ann", canvas["id"])
    assert (await load(live_tiles, canvas["id"])).seq == 2
    await live_tiles.call("bob", "POST", f"/tiles/{tile['id']}/like")
    snapshot = await load(live_tiles, canvas["id"])
    assert snapshot.seq == 2
    async with watching(live_tiles, canvas["id"], since=snapshot.seq) as (socket, _):
        batch = await socket.receive_json(timeout=PATIENCE)
        assert [(event["seq"], event["kind"]) for event in batch["events"]] == [(3, "tile.liked")]


async def test_snapshot_and_feed_make_up_the_canvas_while_others_write(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    processes = [await start_tiles(database_url, broker.url) for _ in range(2)]
    canvas = await processes[0].canvas("owner", collaboration_mode="free", max_tiles_per_user=16)
    last = await processes[0].tile("ann", canvas["id"])
    readers = [asyncio.create_task(_follow(processes[n % 2], canvas["id"], last["id"])) for n in range(4)]
    writers = [_write(process, canvas["id"], n) for n, process in enumerate(processes * 2)]
    for writing in asyncio.as_completed(writers):
        await writing
        readers += [asyncio.create_task(_follow(process, canvas["id"], last["id"])) for process in processes]
    await processes[0].call("ann", "PUT", f"/tiles/{last['id']}", json={"pixels": painted(THE_END)})
    truth = await load(processes[0], canvas["id"])
    for reader in readers:
        assert await reader == truth.tiles


async def _write(tiles: TilesClient, canvas_id: int, number: int) -> None:
    own = None
    for colour in range(24):
        if colour % 8 == 0:
            own = await tiles.tile("ann", canvas_id, number, 1 + colour // 8)
        elif colour % 8 == 7 and own:
            await tiles.call("ann", "DELETE", f"/tiles/{own['id']}")
        elif own:
            body = {"pixels": painted(colour % 17)}
            assert (await tiles.call("bob", "PUT", f"/tiles/{own['id']}", json=body)).status == 200


async def _follow(tiles: TilesClient, canvas_id: int, last_id: int) -> dict[int, tuple[int, int, int, bytes]]:
    """Load the snapshot, follow the feed from it to the end, and return the picture."""
    snapshot = await load(tiles, canvas_id)
    seq, shown = snapshot.seq, dict(snapshot.tiles)
    async with watching(tiles, canvas_id, since=seq) as (socket, _):
        while shown[last_id][3] != bytes([THE_END]) * SIZE * SIZE:
            message = await socket.receive_json(timeout=PATIENCE)
            for event in message["events"]:
                assert event["seq"] == seq + 1
                seq = event["seq"]
                _apply(shown, event)
    return shown


def _apply(shown: dict[int, tuple[int, int, int, bytes]], event: dict[str, Any]) -> None:
    tile = event["tile"]
    if tile is None:
        shown.pop(event["tile_id"], None)
    else:
        pixels = base64.b64decode(tile["pixels"])
        shown[tile["id"]] = (tile["x"], tile["y"], tile["version"], pixels)
