"""Pictures: the PNG of a canvas shows exactly what was painted."""

from __future__ import annotations

import base64
import io
import random

import pytest
from PIL import Image

from services.tiles.canvases.rules import PALETTES
from tests.services.tiles.conftest import SIZE, Tiles, painted


async def picture(tiles: Tiles, canvas_id: int, scale: int = 1) -> Image.Image:
    response = await tiles.call(None, "GET", f"/canvases/{canvas_id}.png", params={"scale": str(scale)})
    assert response.status == 200
    assert response.content_type == "image/png"
    return Image.open(io.BytesIO(await response.read()))


async def test_the_picture_equals_the_tiles_pixel_for_pixel(tiles: Tiles) -> None:
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


async def test_scaling_repeats_each_pixel(tiles: Tiles) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(9))
    shown = (await picture(tiles, canvas["id"], 3)).convert("RGBA")
    assert shown.size == (192, 192)
    assert shown.getpixel((47, 47)) == (255, 0, 77, 255)
    assert shown.getpixel((48, 47)) == (0, 0, 0, 0)


async def test_a_picture_changes_its_tag_with_the_canvas_and_only_then(tiles: Tiles) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}.png"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    assert (await tiles.call(None, "GET", path, headers={"If-None-Match": tag})).status == 304
    await tiles.tile("ann", canvas["id"])
    changed = await tiles.call(None, "GET", path, headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["ETag"] != tag


async def test_drafts_are_not_in_the_picture(tiles: Tiles) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], is_public=False, pixels=painted(9))
    assert (await picture(tiles, canvas["id"])).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


@pytest.mark.parametrize("scale", ["0", "17", "x"])
async def test_a_scale_out_of_range_is_refused(tiles: Tiles, scale: str) -> None:
    canvas = await tiles.canvas()
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params={"scale": scale})
    assert response.status == 422


async def test_a_picture_too_large_is_refused(tiles: Tiles) -> None:
    canvas = await tiles.canvas(width=4096, height=4096, tile_size=128)
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png", params={"scale": "3"})
    assert response.status == 422
    assert "scale" in (await response.json())["errors"][0]["loc"]


async def test_a_private_canvas_has_no_picture_for_others(tiles: Tiles) -> None:
    canvas = await tiles.canvas("ann", is_public=False)
    assert (await tiles.call(None, "GET", f"/canvases/{canvas['id']}.png")).status == 404
    assert (await tiles.call("ann", "GET", f"/canvases/{canvas['id']}.png")).status == 200
