"""Layered files: the tiles of a canvas as OpenRaster and as a sprite of Aseprite, read independently."""

from __future__ import annotations

import base64
import io
import random
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageColor

from services.tiles.canvases.rules import PALETTES
from services.tiles.layers import rules, store
from tests.support.aseprite import Colour, read_aseprite
from tests.support.messaging import sql
from tests.support.tiles import SIZE, TilesClient, painted

FORMATS = pytest.mark.parametrize("extension", ["ora", "aseprite"])


def colourful(seed: int) -> bytes:
    """Pixels of a tile in all colours, transparent ones among them."""
    dice = random.Random(seed)
    return bytes(dice.randrange(17) for _ in range(SIZE * SIZE))


async def add(tiles: TilesClient, who: str, canvas: dict[str, Any], x: int, y: int, **fields: Any) -> bytes:
    pixels = colourful(8 * y + x)
    await tiles.tile(who, canvas["id"], x, y, pixels=base64.b64encode(pixels).decode(), **fields)
    return pixels


async def download(
    tiles: TilesClient, canvas: dict[str, Any], extension: str, who: str | None = "ann", **part: Any
) -> bytes:
    params = {name: str(value).lower() for name, value in part.items()}
    response = await tiles.call(who, "GET", f"/canvases/{canvas['id']}/layers.{extension}", params=params)
    assert response.status == 200, await response.text()
    assert f'filename="tessera-{canvas["id"]}.{extension}"' in response.headers["Content-Disposition"]
    return await response.read()


async def refused(
    tiles: TilesClient, canvas: dict[str, Any], extension: str, who: str | None = "ann", **part: str
) -> tuple[int, str, list[str]]:
    """The status, the code and the faulty fields."""
    response = await tiles.call(who, "GET", f"/canvases/{canvas['id']}/layers.{extension}", params=part)
    problem = await response.json()
    return response.status, problem["code"], [fault["loc"][1] for fault in problem.get("errors", [])]


def opened(file: zipfile.ZipFile, name: str) -> Image.Image:
    picture = Image.open(io.BytesIO(file.read(name)))
    assert (picture.format, picture.mode) == ("PNG", "RGBA")
    return picture


def names_of(file: bytes, extension: str) -> list[str]:
    """The names of the layers, the topmost first."""
    if extension == "aseprite":
        return read_aseprite(file).layers[::-1]
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return [layer.attrib["name"] for layer in ElementTree.fromstring(archive.read("stack.xml"))[0]]


def colours(pixels: bytes) -> list[Colour]:
    palette = [(0, 0, 0, 0), *((*ImageColor.getrgb(each)[:3], 255) for each in PALETTES["pico-8"])]
    return [palette[index] for index in pixels]


def seen(picture: Image.Image) -> list[Colour]:
    """The colours of a picture in RGBA, row by row."""
    return [(r, g, b, a) for r, g, b, a in zip(*[iter(picture.tobytes())] * 4, strict=True)]


async def whole(tiles: TilesClient, canvas: dict[str, Any], **part: str) -> Image.Image:
    path = f"/canvases/{canvas['id']}/pixels.png"
    response = await tiles.call(None, "GET", path, params=part)
    return Image.open(io.BytesIO(await response.read())).convert("RGBA")


async def test_an_openraster_file_has_a_layer_per_tile_pixel_for_pixel(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    first, second = await add(tiles, "ann", canvas, 1, 0), await add(tiles, "ann", canvas, 2, 3)
    with zipfile.ZipFile(io.BytesIO(await download(tiles, canvas, "ora"))) as file:
        assert file.testzip() is None
        image = ElementTree.fromstring(file.read("stack.xml"))
        assert (image.tag, image.attrib["w"], image.attrib["h"]) == ("image", "64", "64")
        [stack] = image
        assert [(one.attrib["name"], one.attrib["x"], one.attrib["y"]) for one in stack] == [
            ("2, 1 · ann", "16", "0"),
            ("3, 4 · ann", "32", "48"),
        ]
        pictures = [opened(file, one.attrib["src"]) for one in stack]
        assert [seen(picture) for picture in pictures] == [colours(first), colours(second)]


async def test_an_openraster_file_begins_with_its_type_and_shows_all_layers(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(width=1024, height=512)
    await add(tiles, "ann", canvas, 1, 0)
    file = await download(tiles, canvas, "ora")
    # At this offset, uncompressed, file managers look for it.
    assert file[30:54] == b"mimetypeimage/openraster"
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert opened(archive, "mergedimage.png").tobytes() == (await whole(tiles, canvas)).tobytes()
        assert opened(archive, "Thumbnails/thumbnail.png").size == (256, 128)


async def test_a_sprite_has_a_layer_per_tile_and_the_palette_of_the_canvas(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    first, second = await add(tiles, "ann", canvas, 1, 0), await add(tiles, "ann", canvas, 2, 3)
    sprite = read_aseprite(await download(tiles, canvas, "aseprite"))
    assert (sprite.width, sprite.height, sprite.transparent) == (64, 64, 0)
    assert sprite.palette == colours(bytes(range(17)))
    assert sprite.layers == ["3, 4 · ann", "2, 1 · ann"]
    assert [(cel.layer, cel.x, cel.y, cel.pixels) for cel in sprite.cels] == [
        (0, 32, 48, second),
        (1, 16, 0, first),
    ]


async def test_a_sprite_shows_what_the_canvas_does(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    for x, y in ((0, 0), (1, 1), (3, 2)):
        await add(tiles, "ann", canvas, x, y)
    part = {"x": "7", "y": "5", "width": "50", "height": "37"}
    sprite = read_aseprite(await download(tiles, canvas, "aseprite", **part))
    shown = await whole(tiles, canvas, **part)
    expected = {(offset % 50, offset // 50): colour for offset, colour in enumerate(seen(shown)) if colour[3]}
    assert sprite.merged() == expected


async def test_tiles_at_the_edge_of_a_part_are_whole_and_on_its_grid(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    pixels = await add(tiles, "ann", canvas, 1, 1)
    await add(tiles, "ann", canvas, 3, 3)
    sprite = read_aseprite(await download(tiles, canvas, "aseprite", x=20, y=30, width=5, height=2))
    [cel] = sprite.cels
    assert (sprite.width, sprite.height, sprite.grid) == (5, 2, (-4, -14, SIZE, SIZE))
    assert (cel.x, cel.y, cel.pixels) == (-4, -14, pixels)


@FORMATS
async def test_a_file_has_the_tiles_of_the_artist_drafts_included(tiles: TilesClient, extension: str) -> None:
    canvas = await tiles.canvas()
    await add(tiles, "ann", canvas, 0, 0)
    await add(tiles, "ann", canvas, 1, 0, is_public=False)
    await add(tiles, "bob", canvas, 2, 0)
    file = await download(tiles, canvas, extension)
    assert names_of(file, extension) == ["1, 1 · ann", "2, 1 · ann"]


@FORMATS
async def test_a_file_of_everyone_has_no_drafts_of_others(tiles: TilesClient, extension: str) -> None:
    canvas = await tiles.canvas()
    await add(tiles, "ann", canvas, 0, 0)
    await add(tiles, "bob", canvas, 1, 0)
    await add(tiles, "bob", canvas, 2, 0, is_public=False)
    file = await download(tiles, canvas, extension, everyone=True)
    assert names_of(file, extension) == ["1, 1 · ann", "2, 1 · bob"]


async def test_a_tile_that_nobody_claimed_is_named_by_its_cell(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", cooldown_seconds=0)
    path = f"/canvases/{canvas['id']}/pixels"
    assert (await tiles.call("ann", "POST", path, json={"pixels": [[17, 2, 5]]})).status == 200
    assert names_of(await download(tiles, canvas, "ora", everyone=True), "ora") == ["2, 1"]


async def test_a_name_that_xml_cannot_write_still_makes_a_file(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    await add(tiles, "ann", canvas, 0, 0)
    await sql(tiles.database_url, "UPDATE artists SET display_name = E'<\\uFFFF&\"Ann'")
    assert names_of(await download(tiles, canvas, "ora"), "ora") == ['1, 1 · <&"Ann']


@FORMATS
async def test_without_tiles_there_is_no_file(tiles: TilesClient, extension: str) -> None:
    canvas = await tiles.canvas()
    await add(tiles, "bob", canvas, 0, 0)
    assert await refused(tiles, canvas, extension) == (404, "no_tiles", [])


async def test_a_file_has_no_more_layers_than_editors_can_handle(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (rules, store):
        monkeypatch.setattr(module, "MAX_LAYERS", 2)
    canvas = await tiles.canvas()
    for x in range(3):
        await tiles.tile("ann", canvas["id"], x, pixels=painted(1))
    assert await refused(tiles, canvas, "aseprite") == (409, "too_many_layers", [])
    part = await download(tiles, canvas, "aseprite", width=2 * SIZE)
    assert len(read_aseprite(part).layers) == 2


@pytest.mark.parametrize(
    ("part", "field"), [({}, "width"), ({"x": "4096"}, "x"), ({"width": "10", "height": "4097"}, "height")]
)
async def test_a_part_that_is_too_large_or_beyond_the_canvas_is_refused(
    tiles: TilesClient, part: dict[str, str], field: str
) -> None:
    canvas = await tiles.canvas(width=4096, height=4096, tile_size=128)
    assert await refused(tiles, canvas, "ora", "ann", **part) == (422, "invalid", [field])


async def test_layers_of_a_private_canvas_are_for_those_who_see_it(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", is_public=False)
    await add(tiles, "owner", canvas, 0, 0)
    assert await refused(tiles, canvas, "ora", "ann") == (404, "canvas_not_found", [])
    assert await refused(tiles, canvas, "ora", None) == (401, "not_authenticated", [])
    assert names_of(await download(tiles, canvas, "ora", "owner"), "ora") == ["1, 1 · owner"]
