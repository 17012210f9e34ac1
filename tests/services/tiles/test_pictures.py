"""Pictures: the PNG of a canvas shows exactly what was painted."""

from __future__ import annotations

import asyncio
import base64
import io
import random
from typing import Any

import pytest
from PIL import Image

from services.tiles.canvases.rules import PALETTES
from services.tiles.pictures import store
from services.tiles.pictures.shrinking import Shrinker
from shared.db import Database
from tests.support.tiles import SIZE, StartTiles, TilesClient, painted


async def picture(tiles: TilesClient, canvas_id: int, scale: int = 1, **part: str) -> Image.Image:
    params = {"scale": str(scale), **part}
    response = await tiles.call(None, "GET", f"/canvases/{canvas_id}.png", params=params)
    assert response.status == 200
    assert response.content_type == "image/png"
    return Image.open(io.BytesIO(await response.read()))


async def test_the_picture_equals_the_tiles_pixel_for_pixel(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    dice = random.Random(7)
    pixels = bytes(dice.randrange(17) for _ in range(SIZE * SIZE))
    await tiles.tile("ann", canvas["id"], 1, 2, pixels=base64.b64encode(pixels).decode())
    shown = await picture(tiles, canvas["id"])
    assert (shown.mode, shown.size) == ("P", (64, 64))
    rgba = shown.convert("RGBA")
    assert rgba.getpixel((0, 0)) == (0, 0, 0, 0)
    for offset, index in enumerate(pixels):
        colour = rgba.getpixel((SIZE + offset % SIZE, 2 * SIZE + offset // SIZE))
        if index == 0:
            assert colour[3] == 0  # type: ignore[index]
        else:
            expected = PALETTES["pico-8"][index - 1]
            assert "#{:02x}{:02x}{:02x}".format(*colour[:3]) == expected  # type: ignore[index]


async def test_scaling_repeats_each_pixel(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(9))
    shown = (await picture(tiles, canvas["id"], 3)).convert("RGBA")
    assert shown.size == (192, 192)
    assert shown.getpixel((47, 47)) == (255, 0, 77, 255)
    assert shown.getpixel((48, 47)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("width", "height", "shown"), [(64, 64, (1024, 1024)), (512, 128, (1024, 256)), (1024, 4096, (128, 512))]
)
async def test_a_preview_has_a_size_that_other_sites_show(
    tiles: TilesClient, width: int, height: int, shown: tuple[int, int]
) -> None:
    canvas = await tiles.canvas(width=width, height=height)
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/preview.png")
    assert (response.status, response.content_type) == (200, "image/png")
    assert Image.open(io.BytesIO(await response.read())).size == shown


async def test_a_private_canvas_has_no_preview_for_strangers(tiles: TilesClient) -> None:
    path = f"/canvases/{(await tiles.canvas('owner', is_public=False))['id']}/preview.png"
    assert [(await tiles.call(artist, "GET", path)).status for artist in (None, "ann", "owner")] == [
        404, 404, 200,
    ]  # fmt: skip


async def tag_of(tiles: TilesClient, path: str) -> str:
    response = await tiles.call(None, "GET", path)
    assert response.status == 200
    tag = response.headers["ETag"]
    again = await tiles.call(None, "GET", path, headers={"If-None-Match": tag})
    assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    return tag


async def picture_seq(database_url: str, canvas_id: int) -> int:
    """Return the number of the last change that invalidated cached pictures."""
    database = Database(database_url, application="a test")
    async with database.connection() as conn:
        state = (await store.list_states(conn, [canvas_id]))[canvas_id]
    await database.close()
    return state.picture_seq


async def test_the_tag_of_a_picture_changes_only_with_the_picture(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path, part = f"/canvases/{canvas['id']}.png", f"/canvases/{canvas['id']}.png?x=1&y=1"
    tags = [await tag_of(tiles, path)]
    part_tag = await tag_of(tiles, part)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    tags.append(await tag_of(tiles, path))
    for change in ({"pixels": painted(2)}, {"is_public": False}):
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json=change)
        tags.append(await tag_of(tiles, path))
    assert len(set(tags)) == 3
    assert tags[3] == tags[0]
    assert await tag_of(tiles, part) == part_tag


async def test_likes_locks_titles_and_names_keep_cached_pictures_valid(
    tiles: TilesClient, database_url: str
) -> None:
    canvas = await tiles.canvas("owner")
    tile = f"/tiles/{(await tiles.tile('ann', canvas['id'], pixels=painted(3)))['id']}"
    before = await picture_seq(database_url, canvas["id"])
    for who, method, path, body in (
        ("bob", "POST", f"{tile}/like", None),
        ("bob", "DELETE", f"{tile}/like", None),
        ("ann", "POST", f"{tile}/lock", None),
        ("ann", "DELETE", f"{tile}/lock", None),
        ("ann", "PUT", tile, {"title": "The sea", "pixels": painted(3)}),
        ("owner", "PATCH", f"/canvases/{canvas['id']}", {"name": "Another wall"}),
    ):
        assert (await tiles.call(who, method, path, json=body)).status < 300
    assert await picture_seq(database_url, canvas["id"]) == before == 2


@pytest.mark.parametrize(
    ("method", "body"), [("PUT", {"pixels": painted(4)}), ("PUT", {"is_public": False}), ("DELETE", None)]
)
async def test_visible_changes_make_cached_pictures_stale(
    tiles: TilesClient, database_url: str, method: str, body: dict[str, Any] | None
) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(3))
    await tiles.call("ann", method, f"/tiles/{tile['id']}", json=body)
    assert await picture_seq(database_url, canvas["id"]) == 3


async def test_a_change_in_a_draft_keeps_cached_pictures_valid(tiles: TilesClient, database_url: str) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], is_public=False)
    before = await picture_seq(database_url, canvas["id"])
    await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(4)})
    assert await picture_seq(database_url, canvas["id"]) == before


async def test_a_change_shows_in_the_next_picture_of_any_process(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url) for _ in range(2)]
    canvas = await processes[0].canvas(collaboration_mode="free")
    tile = await processes[0].tile("ann", canvas["id"])

    async def look(process: TilesClient) -> None:
        for _ in range(30):
            await picture(process, canvas["id"])

    looking = [asyncio.create_task(look(process)) for process in processes for _ in range(4)]
    for colour in range(1, 17):
        painter, other = processes[colour % 2], processes[1 - colour % 2]
        await painter.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(colour)})
        shown = (await picture(other, canvas["id"])).convert("RGB").getpixel((0, 0))
        assert "#{:02x}{:02x}{:02x}".format(*shown) == PALETTES["pico-8"][colour - 1]  # type: ignore[misc]
    await asyncio.gather(*looking)


async def test_a_part_of_the_picture_equals_that_part_of_the_whole(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    for x, y in ((0, 0), (1, 2), (3, 3)):
        await tiles.tile("ann", canvas["id"], x, y, pixels=painted(x + 1))
    whole = (await picture(tiles, canvas["id"])).convert("RGBA")
    part = await picture(tiles, canvas["id"], 2, x="1", y="2", columns="2", rows="1")
    assert part.size == (64, 32)
    expected = whole.crop((16, 32, 48, 48)).resize((64, 32), Image.Resampling.NEAREST)
    assert part.convert("RGBA").tobytes() == expected.tobytes()


@pytest.mark.parametrize("params", [{"x": "4"}, {"columns": "5"}, {"x": "2", "columns": "3"}, {"rows": "0"}])
async def test_a_part_beyond_the_canvas_is_refused(tiles: TilesClient, params: dict[str, str]) -> None:
    canvas = await tiles.canvas()
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params=params)
    assert response.status == 422


async def test_a_tile_has_a_picture_of_its_own(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], 2, 1, pixels=painted(9))
    response = await tiles.call(None, "GET", f"/tiles/{tile['id']}.png?scale=2")
    assert (response.status, response.content_type) == (200, "image/png")
    shown = Image.open(io.BytesIO(await response.read()))
    assert (shown.mode, shown.size) == ("P", (32, 32))
    assert shown.convert("RGBA").getcolors() == [(32 * 32, (255, 0, 77, 255))]


async def test_the_tag_of_a_tiles_picture_changes_only_with_its_pixels(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    path = f"/tiles/{(await tiles.tile('ann', canvas['id'], pixels=painted(9)))['id']}"
    tag = await tag_of(tiles, f"{path}.png")
    await tiles.call("bob", "POST", f"{path}/like")
    await tiles.call("ann", "PUT", path, json={"title": "The sea"})
    assert await tag_of(tiles, f"{path}.png") == tag
    await tiles.call("ann", "PUT", path, json={"pixels": painted(8)})
    assert await tag_of(tiles, f"{path}.png") != tag


async def test_the_picture_of_a_draft_is_hidden_from_others(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    path = f"/tiles/{(await tiles.tile('ann', canvas['id'], is_public=False))['id']}.png"
    assert (await tiles.call("ann", "GET", path)).status == 200
    assert (await tiles.call("owner", "GET", path)).status == 200
    assert (await tiles.call("bob", "GET", path)).status == 404
    assert (await tiles.call(None, "GET", path)).status == 404
    assert (await tiles.call(None, "GET", "/tiles/999.png")).status == 404


async def test_drafts_are_not_in_the_picture(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], is_public=False, pixels=painted(9))
    assert (await picture(tiles, canvas["id"])).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


async def test_on_request_a_picture_is_on_the_paper_of_the_canvas_as_it_is_now(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", paper_color="#fff1e8")
    path, tile = f"/canvases/{canvas['id']}", await tiles.tile("ann", canvas["id"])
    for colour, rgb in (("#fff1e8", (255, 241, 232)), ("#1d2b53", (29, 43, 83))):
        await tiles.call("owner", "PATCH", path, json={"paper_color": colour})
        for drawn in (f"{path}.png", f"/tiles/{tile['id']}.png"):
            response = await tiles.call(None, "GET", drawn, params={"paper": "true"})
            with Image.open(io.BytesIO(await response.read())) as shown:
                assert shown.convert("RGBA").getpixel((3, 3)) == (*rgb, 255)


async def test_a_shrunk_picture_has_no_paper(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    params = {"paper": "true", "shrink": "16"}
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params=params)
    assert (await response.json())["errors"][0]["loc"] == ["query", "paper"]


@pytest.mark.parametrize("scale", ["0", "17", "x"])
async def test_a_scale_out_of_range_is_refused(tiles: TilesClient, scale: str) -> None:
    canvas = await tiles.canvas()
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params={"scale": scale})
    assert response.status == 422


async def test_a_picture_that_is_too_large_is_refused(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(width=4096, height=4096, tile_size=128)
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params={"scale": "3"})
    assert response.status == 422
    assert "scale" in (await response.json())["errors"][0]["loc"]


async def test_the_picture_of_a_private_canvas_is_hidden_from_others(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", is_public=False)
    assert (await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png")).status == 404
    assert (await tiles.call("ann", "GET", f"/canvases/{canvas['id']}.png")).status == 200


def shrunk(whole: Image.Image, by: int) -> Image.Image:
    """Shrink a picture as a client would that had all of its pixels."""
    return whole.convert("RGBA").convert("RGBa").reduce(by).convert("RGBA")


def difference(one: Image.Image, other: Image.Image) -> int:
    """Return the largest difference of any channel of any pixel."""
    assert one.size == other.size
    return max(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


@pytest.mark.parametrize("shrink", [2, 4, 8, 16])
async def test_a_pixel_of_a_shrunk_picture_is_the_mean_of_those_it_covers(
    tiles: TilesClient, shrink: int
) -> None:
    canvas = await tiles.canvas()
    dice = random.Random(7)
    for x, y in ((0, 0), (1, 2), (3, 3)):
        noise = bytes(dice.choice((0, 2, 7, 9)) for _ in range(SIZE * SIZE))
        await tiles.tile("ann", canvas["id"], x, y, pixels=base64.b64encode(noise).decode())
    whole = await picture(tiles, canvas["id"])
    shown = await picture(tiles, canvas["id"], shrink=str(shrink))
    assert difference(shown, shrunk(whole, shrink)) <= 1 + shrink // 8  # rounded in two steps from 16 on


@pytest.mark.parametrize("shrink", [4, 8])
async def test_a_part_of_a_shrunk_picture_equals_that_part_of_the_whole(
    tiles: TilesClient, shrink: int
) -> None:
    canvas = await tiles.canvas(width=640, height=640, tile_size=64)
    for x, y in ((6, 6), (7, 8), (8, 7), (9, 9)):
        pixels = base64.b64encode(bytes([x + 1] * 2048 + [y + 1] * 2048)).decode()
        await tiles.tile("ann", canvas["id"], x, y, pixels=pixels)
    whole = await picture(tiles, canvas["id"], shrink=str(shrink))
    part = await picture(tiles, canvas["id"], shrink=str(shrink), x="7", y="7", columns="3", rows="2")
    left, top, right, bottom = (pixels // shrink for pixels in (448, 448, 640, 576))
    assert part.tobytes() == whole.crop((left, top, right, bottom)).tobytes()


@pytest.mark.parametrize("change", ["painted", "made", "hidden", "deleted"])
async def test_a_kept_copy_of_a_block_is_not_shown_after_a_change_in_it(
    start_tiles: StartTiles, database_url: str, change: str
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(9))
    await picture(tiles, canvas["id"], shrink="8")
    if change == "made":
        await tiles.tile("ann", canvas["id"], 1, 1, pixels=painted(9))
    elif change == "deleted":
        await tiles.call("ann", "DELETE", f"/tiles/{tile['id']}")
    else:
        body = {"pixels": painted(3)} if change == "painted" else {"is_public": False}
        await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json=body)
    another = await start_tiles(database_url)
    shown = await picture(another, canvas["id"], shrink="8")
    assert shown.tobytes() == shrunk(await picture(another, canvas["id"]), 8).tobytes()


async def test_an_unchanged_block_is_drawn_once_for_all_processes(
    start_tiles: StartTiles, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiles = await start_tiles(database_url)
    canvas = await tiles.canvas("ann")
    await tiles.tile("ann", canvas["id"], pixels=painted(9))
    first = await picture(tiles, canvas["id"], shrink="8")
    another = await start_tiles(database_url)
    monkeypatch.setattr(Shrinker, "copy_block", None)
    assert (await picture(another, canvas["id"], shrink="8")).tobytes() == first.tobytes()


async def test_a_shrunk_picture_names_the_last_change_that_it_shows(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], pixels=painted(9))
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png?shrink=8")
    assert response.headers["X-Canvas-Seq"] == "2"


@pytest.mark.parametrize(
    "params", [{"shrink": "3"}, {"shrink": "32"}, {"shrink": "2", "scale": "2"}, {"shrink": "8"}]
)
async def test_a_shrink_that_is_unknown_or_too_small_is_refused(
    tiles: TilesClient, params: dict[str, str]
) -> None:
    canvas = await tiles.canvas(width=8192, height=8192, tile_size=128)
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params=params)
    assert response.status == 422
    assert "shrink" in (await response.json())["errors"][0]["loc"]


@pytest.mark.parametrize(
    ("part", "above", "status"),
    [
        ({}, 64 * 64 - 1, 200),
        ({}, 64 * 64, 204),
        ({"columns": "2", "rows": "3"}, 6 * SIZE**2 - 1, 200),
        ({"columns": "2", "rows": "3"}, 6 * SIZE**2, 204),
    ],
)
async def test_a_picture_is_drawn_only_of_more_pixels_than_named(
    tiles: TilesClient, part: dict[str, str], above: int, status: int
) -> None:
    canvas = await tiles.canvas()
    params = {"shrink": "16", "pixels_above": str(above), **part}
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params=params)
    assert response.status == status
    assert (await response.read() == b"") == (status == 204)


async def test_what_no_picture_is_drawn_of_is_checked_all_the_same(tiles: TilesClient) -> None:
    hidden = await tiles.canvas("ann", is_public=False)
    path = f"/canvases/{hidden['id']}.png?pixels_above=4096"
    assert (await tiles.call(None, "GET", path)).status == 404
    assert (await tiles.call("ann", "GET", path)).status == 204
    refused = await tiles.call("ann", "GET", f"{path}&shrink=16&scale=2")
    assert (refused.status, (await refused.json())["errors"][0]["loc"]) == (422, ["query", "shrink"])


@pytest.mark.parametrize("colours", [2, 3, 15, 16])
@pytest.mark.parametrize("scale", [1, 3])
async def test_a_picture_of_pixels_equals_that_part_of_the_whole(
    tiles: TilesClient, colours: int, scale: int
) -> None:
    """Of palettes whose colours take 2, 2, 4 and 8 bits, and widths that fill no byte."""
    palette = [f"#{number:02x}00ff" for number in range(colours)]
    canvas = await tiles.canvas(palette=palette)
    dice = random.Random(colours)
    for x, y in ((0, 0), (1, 0), (1, 1), (3, 3)):
        pixels = bytes(dice.randrange(colours + 1) for _ in range(SIZE * SIZE))
        await tiles.tile("ann", canvas["id"], x, y, pixels=base64.b64encode(pixels).decode())
    whole = (await picture(tiles, canvas["id"])).convert("RGBA")
    shown = await pixels_of(tiles, canvas["id"], scale, x="13", y="5", width="7", height="43")
    expected = whole.crop((13, 5, 20, 48)).resize((7 * scale, 43 * scale), Image.Resampling.NEAREST)
    assert (shown.size, shown.convert("RGBA").tobytes()) == (expected.size, expected.tobytes())


async def pixels_of(tiles: TilesClient, canvas_id: int, scale: int, **part: str) -> Image.Image:
    params = {"scale": str(scale), **part}
    response = await tiles.call(None, "GET", f"/canvases/{canvas_id}/pixels.png", params=params)
    assert response.status == 200
    return Image.open(io.BytesIO(await response.read()))


async def test_a_picture_of_pixels_reaches_over_bands(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tiles.pictures.rules.BAND_PIXELS", 1)
    canvas = await tiles.canvas()
    for row in range(4):
        await tiles.tile("ann", canvas["id"], 1, row, pixels=painted(row + 1))
    whole = (await picture(tiles, canvas["id"])).convert("RGBA")
    shown = await pixels_of(tiles, canvas["id"], 1, x="1", y="15", width="60", height="34")
    assert shown.convert("RGBA").tobytes() == whole.crop((1, 15, 61, 49)).tobytes()


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"x": "64"}, "x"),
        ({"width": "65"}, "width"),
        ({"y": "60", "height": "5"}, "height"),
        ({"width": "0"}, "width"),
        ({"scale": "17"}, "scale"),
    ],
)
async def test_a_picture_of_pixels_beyond_the_canvas_or_too_large_is_refused(
    tiles: TilesClient, params: dict[str, str], field: str
) -> None:
    canvas = await tiles.canvas()
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/pixels.png", params=params)
    problem = await response.json()
    assert (response.status, [fault["loc"] for fault in problem["errors"]]) == (422, [["query", field]])


async def test_pixels_of_a_private_canvas_have_no_picture_for_strangers(tiles: TilesClient) -> None:
    path = f"/canvases/{(await tiles.canvas('owner', is_public=False))['id']}/pixels.png"
    assert [(await tiles.call(artist, "GET", path)).status for artist in (None, "ann", "owner")] == [
        404, 404, 200,
    ]  # fmt: skip
