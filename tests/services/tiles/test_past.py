"""The past: what a canvas looked like after any of its changes."""

from __future__ import annotations

import io
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest
from PIL import Image, ImageColor

from services.tiles.canvases.rules import PALETTES
from tests.support.snapshots import Snapshot, read_snapshot
from tests.support.tiles import SIZE, StartTiles, TilesClient, painted

PALETTE = [ImageColor.getrgb(colour) for colour in PALETTES["pico-8"]]


async def past(tiles: TilesClient, canvas: dict[str, Any], at: int, **part: int) -> Snapshot:
    """Load a canvas after a change."""
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/past", params={"at": at, **part})
    assert response.status == 200, await response.text()
    return read_snapshot(response, await response.read())


async def draw(tiles: TilesClient, canvas: dict[str, Any], at: int, shrink: int = 1) -> Image.Image:
    """Draw a canvas after a change."""
    params = {"at": at, "shrink": shrink}
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/past.png", params=params)
    assert response.status == 200, await response.text()
    return Image.open(io.BytesIO(await response.read()))


def colours(snapshot: Snapshot) -> dict[tuple[int, int], set[int]]:
    """Return the colours in each cell."""
    return {(x, y): set(pixels) for x, y, _, pixels in snapshot.tiles.values()}


async def seq_of(tiles: TilesClient, canvas: dict[str, Any]) -> int:
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/snapshot")
    return int(response.headers["X-Canvas-Seq"])


async def refused_field(tiles: TilesClient, path: str, **params: int) -> str:
    """Return the parameter that a refusal names."""
    response = await tiles.call(None, "GET", path, params=params)
    assert response.status == 422, await response.text()
    return str((await response.json())["errors"][0]["loc"][-1])


async def test_a_canvas_is_shown_as_it_was_after_each_change(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    for colour in (2, 3):
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(colour)})
    await tiles.tile("bob", canvas["id"], 1, 2, pixels=painted(7))
    shown = [colours(await past(tiles, canvas, at)) for at in range(6)]
    assert shown == [
        {}, {}, {(0, 0): {1}}, {(0, 0): {2}}, {(0, 0): {3}}, {(0, 0): {3}, (1, 2): {7}},
    ]  # fmt: skip


async def test_it_is_shown_with_the_strokes_up_to_a_change(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/tiles/{(await tiles.tile('ann', canvas['id'], pixels=painted(1)))['id']}/pixels"
    for offset in range(70):  # the 64th version is kept as a whole
        assert (await tiles.call("ann", "PATCH", path, json={"pixels": [[offset, 5]]})).status == 200
    for strokes in (0, 1, 61, 62, 63, 64, 70):
        [(_, _, version, pixels)] = (await past(tiles, canvas, 2 + strokes)).tiles.values()
        assert (version, pixels) == (1 + strokes, bytes([5] * strokes + [1] * (SIZE * SIZE - strokes)))


async def test_a_restored_tile_was_not_there_while_it_was_deleted(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    before = await seq_of(tiles, canvas)
    history = await (await tiles.call(None, "GET", f"/tiles/{tile['id']}/history")).json()
    created = datetime.fromisoformat(history["items"][0]["occurred_at"])
    assert (await tiles.call("ann", "DELETE", f"/tiles/{tile['id']}")).status == 204
    deleted = await seq_of(tiles, canvas)
    since = (created + timedelta(microseconds=1)).isoformat()
    path = f"/admin/canvases/{canvas['id']}/rollback"
    response = await tiles.call("mod", "POST", path, json={"since": since}, roles=("moderator",))
    assert response.status == 200, await response.text()
    restored = await seq_of(tiles, canvas)
    shown = [colours(await past(tiles, canvas, at)) for at in (before, deleted, restored)]
    assert shown == [{(0, 0): {1}}, {}, {(0, 0): {1}}]


async def test_what_was_deleted_or_withdrawn_is_gone_from_the_past_too(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    deleted = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    withdrawn = await tiles.tile("ann", canvas["id"], 1, pixels=painted(2))
    assert colours(await past(tiles, canvas, 3)) == {(0, 0): {1}, (1, 0): {2}}
    await tiles.call("ann", "DELETE", f"/tiles/{deleted['id']}")
    await tiles.call("ann", "PUT", f"/tiles/{withdrawn['id']}", json={"is_public": False})
    assert colours(await past(tiles, canvas, 3, columns=4)) == {}


@pytest.mark.parametrize("form", ["past", "past.png"])
async def test_the_past_of_a_private_canvas_is_private(tiles: TilesClient, form: str) -> None:
    canvas = await tiles.canvas("owner", is_public=False)
    path = f"/canvases/{canvas['id']}/{form}?at=1"
    statuses = [(await tiles.call(who, "GET", path)).status for who in (None, "ann", "owner")]
    assert statuses == [404, 404, 200]


async def test_it_says_when_what_it_shows_was_last_painted(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    await tiles.tile("bob", canvas["id"], 1, pixels=painted(2))
    moments = []
    for at in (1, 2, 3):
        response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/past", params={"at": at})
        moments.append(response.headers.get("X-Painted-At"))
    history = await (await tiles.call(None, "GET", f"/tiles/{tile['id']}/history")).json()
    created = datetime.fromisoformat(history["items"][0]["occurred_at"])
    assert moments[0] is None
    assert datetime.fromisoformat(moments[1] or "") == created < datetime.fromisoformat(moments[2] or "")


async def test_a_picture_of_the_past_shows_the_same_smaller(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/tiles/{(await tiles.tile('ann', canvas['id'], 1, 2, pixels=painted(8)))['id']}"
    await tiles.call("ann", "PUT", path, json={"pixels": painted(12)})
    pictures = [await draw(tiles, canvas, 2, shrink) for shrink in (1, 2, 16)]
    assert [picture.size for picture in pictures] == [(64, 64), (32, 32), (4, 4)]
    assert {picture.getpixel((picture.width // 4, picture.height // 2)) for picture in pictures} == {
        (*PALETTE[7], 255)
    }
    assert pictures[2].getpixel((0, 0)) == (0, 0, 0, 0)


async def test_a_moment_still_to_come_is_refused(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    assert await refused_field(tiles, f"/canvases/{canvas['id']}/past", at=2) == "at"


async def test_a_snapshot_of_the_past_has_a_megapixel_at_most(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(width=1024, height=2048, tile_size=128)
    path = f"/canvases/{canvas['id']}/past"
    assert await refused_field(tiles, path, at=1) == "columns"
    assert (await tiles.call(None, "GET", path, params={"at": 1, "rows": 8})).status == 200


async def test_a_picture_of_the_past_has_512_pixels_per_side_at_most(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(width=1024, height=1024, tile_size=128)
    path = f"/canvases/{canvas['id']}/past.png"
    assert await refused_field(tiles, path, at=1) == "shrink"
    assert (await tiles.call(None, "GET", path, params={"at": 1, "shrink": 2})).status == 200


async def test_a_picture_of_the_past_has_16384_cells_at_most(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(width=4096, height=4096)
    path = f"/canvases/{canvas['id']}/past.png"
    assert await refused_field(tiles, path, at=1, shrink=16) == "columns"
    part = {"at": 1, "shrink": 16, "rows": 64}
    assert (await tiles.call(None, "GET", path, params=part)).status == 200


async def test_an_unchanged_picture_of_the_past_is_not_sent_again(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/past.png?at=1"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    assert (await tiles.call(None, "GET", path, headers={"If-None-Match": tag})).status == 304


async def test_long_strokes_count_towards_what_a_client_may_have_drawn(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, picture_pixels_burst=20_000, picture_pixels_rate=0.001)
    canvas = await tiles.canvas()
    for x in range(2):
        await tiles.tile("ann", canvas["id"], x, pixels=painted(1))
    before = await past(tiles, canvas, 2)
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revisions (tile_id, version, canvas_id, seq, x, y, author_id, kind, stroke)"
            " SELECT tile_id, n, canvas_id, n + 2, x, y, author_id, 'stroke', %s"
            " FROM revisions, generate_series(2, 63) AS n",
            (bytes(3 * 255),),
        )
        cursor.execute("UPDATE canvases SET seq = 65")
        connection.commit()
    assert len(before.tiles) == 1
    response = await tiles.call("bob", "GET", f"/canvases/{canvas['id']}/past", params={"at": 65})
    assert (response.status, (await response.json())["code"]) == (429, "picture_limit")
