"""Saving a canvas, from the panel about it, a tile, and what is selected of one: as pictures and layers."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.support.aseprite import read_aseprite
from tests.support.browser import Device, Scheme, Windows, assert_accessible, dialog
from tests.support.editor import drag, new_canvas, open_editor
from tests.support.painters import NewPainter
from tests.support.stage import Stage

CLEAR, PAPER, RED_INK = (0, 0, 0, 0), (250, 240, 220, 255), (255, 0, 77, 255)
DRAFT = {"name": "Quay", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}


async def ask(page: Page, canvas: dict[str, Any]) -> Locator:
    """Open the dialog that saves the canvas."""
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="About this canvas").click()
    await page.get_by_role("button", name="Download the picture").click()
    return dialog(page, "Download the picture")


async def save(page: Page, asked: Locator) -> tuple[str, bytes]:
    """Save it; the name of the file, and what is in it."""
    async with page.expect_download() as downloading:
        await asked.get_by_role("button", name="Download", exact=True).click()
    download = await downloading.value
    return download.suggested_filename, (await download.path()).read_bytes()


async def test_a_guest_saves_a_part_of_the_picture(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    await ada.paint(canvas, 1, 1, bytes([9]) * 256)
    page = await new_page()
    asked = await ask(page, canvas)
    await asked.get_by_label("Only a part").check()
    for label, value in (("Left", "15"), ("Top", "31"), ("Width", "10"), ("Height", "3")):
        await asked.get_by_label(label).fill(value)
    await asked.get_by_label("Size").select_option("8")
    name, file = await save(page, asked)
    with Image.open(io.BytesIO(file)) as shown:
        colours = [shown.convert("RGBA").getpixel(at) for at in ((0, 0), (8, 7), (8, 8))]
    assert (name, shown.size) == ("Quay.png", (80, 24))
    assert colours == [(0, 0, 0, 0), (255, 0, 77, 255), (0, 0, 0, 0)]


async def test_the_field_of_a_part_beyond_the_canvas_names_the_most_it_can_be(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page()
    asked = await ask(page, canvas)
    await asked.get_by_label("Only a part").check()
    await asked.get_by_label("Left").fill("60")
    await asked.get_by_role("button", name="Download", exact=True).click()
    width = asked.get_by_label("Width")
    await expect(width).to_be_focused()
    await expect(width).to_have_attribute("max", "4")
    await width.fill("4")
    _, file = await save(page, asked)
    with Image.open(io.BytesIO(file)) as shown:
        assert shown.size == (4, 64)


@pytest.mark.parametrize(
    ("device", "scheme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
)
async def test_an_artist_saves_their_tiles_as_layers(
    new_page: Windows, new_painter: NewPainter, device: Device, scheme: Scheme
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    await ada.paint(canvas, 1, 1, bytes([9]) * 256)
    await bob.paint(canvas, 2, 1, bytes([5]) * 256)
    page = await new_page(ada, device=device, scheme=scheme)
    asked = await ask(page, canvas)
    await asked.get_by_label("File").select_option("Layers for Aseprite")
    await assert_accessible(page)
    name, file = await save(page, asked)
    assert (name, read_aseprite(file).layers) == ("Quay.aseprite", ["2, 2 · Ada"])
    await page.get_by_role("button", name="Download the picture").click()
    await asked.get_by_label("File").select_option("Layers for GIMP and Krita (OpenRaster)")
    await asked.get_by_label("Tiles").select_option("everyone")
    name, file = await save(page, asked)
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        layers = ElementTree.fromstring(archive.read("stack.xml"))[0]
    assert name == "Quay.ora"
    assert [layer.attrib["name"] for layer in layers] == ["2, 2 · Ada", "3, 2 · Bob"]


async def test_a_canvas_too_large_for_one_file_is_saved_in_parts(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    draft = {**DRAFT, "width": 4096, "height": 2048, "tile_size": 128}
    _, canvas = await ada.call("POST", "/canvases", json=draft)
    await ada.paint(canvas, 1, 1, bytes([9]) * 128 * 128)
    page = await new_page(ada)
    asked = await ask(page, canvas)
    await asked.get_by_label("File").select_option("Layers for Aseprite")
    await expect(asked.get_by_text("too large for one file")).to_be_visible()
    await expect(asked.get_by_label("Width")).to_have_value("2048")
    _, file = await save(page, asked)
    assert (read_aseprite(file).width, len(read_aseprite(file).cels)) == (2048, 1)


async def test_a_guest_is_asked_to_log_in_for_layers(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page()
    asked = await ask(page, canvas)
    await asked.get_by_label("File").select_option("Layers for Aseprite")
    await asked.get_by_role("button", name="Download", exact=True).click()
    await expect(page.get_by_text("Log in to download tiles as layers.")).to_be_visible()


@pytest.mark.parametrize(
    ("device", "scheme"), [("desktop", "light"), ("desktop", "dark"), ("phone", "light"), ("phone", "dark")]
)
async def test_a_guest_saves_a_tile_from_its_card(
    new_page: Windows, new_painter: NewPainter, device: Device, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json={**DRAFT, "paper_color": "#faf0dc"})
    await ada.paint(canvas, 1, 1, bytes([9] + [0] * 255))
    page = await new_page(device=device, scheme=scheme)
    stage = await Stage.open(page, canvas)
    await page.mouse.click(*await stage.point(24, 24))
    await page.get_by_role("button", name="Download the picture").click()
    asked = dialog(page, "Download the picture")
    await asked.get_by_label("Size").select_option("16")
    await asked.get_by_label("On paper").check()
    await assert_accessible(page)
    name, file = await save(page, asked)
    assert name == "Cell 2, 2.png"
    with Image.open(io.BytesIO(file)) as shown:
        assert shown.size == (256, 256)
        assert [shown.convert("RGBA").getpixel(at) for at in ((15, 15), (16, 0))] == [RED_INK, PAPER]
    await expect(asked).to_have_count(0)


async def test_what_is_selected_of_a_tile_is_saved_before_the_tile_is(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada, palette=["#000000", "#ff004d"]))
    await drag(page, (2, 2), (5, 2))
    await page.keyboard.press("q")
    await drag(page, (2, 1), (5, 1), (5, 4))  # a triangle
    await page.get_by_role("button", name="Download as a picture").click()
    asked = dialog(page, "Download the picture")
    await asked.get_by_label("Size").select_option("2")
    _, file = await save(page, asked)
    with Image.open(io.BytesIO(file)) as shown:
        assert shown.size == (8, 8)
        row = [shown.convert("RGBA").getpixel((x, 2)) for x in range(0, 8, 2)]
    assert row == [CLEAR, (0, 0, 0, 255), (0, 0, 0, 255), (0, 0, 0, 255)]
