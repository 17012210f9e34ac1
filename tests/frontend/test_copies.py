"""Copying a canvas, and saving its picture, from the panel about it."""

from __future__ import annotations

import io

from PIL import Image
from playwright.async_api import expect

from tests.support.browser import Windows, assert_accessible, dialog
from tests.support.painters import NewPainter

DRAFT = {"name": "Quay", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}


async def test_an_owner_copies_a_canvas_with_its_picture(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    await ada.paint(canvas, 1, 1, bytes([5]) * 256)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="About this canvas").click()
    await page.get_by_role("button", name="Copy this canvas").click()
    asked = dialog(page, "Copy this canvas")
    await assert_accessible(page)
    await asked.get_by_role("button", name="Copy this canvas").click()
    await expect(page.get_by_role("heading", name="Quay (copy)", level=1)).to_be_visible()
    copy_id = int(page.url.split("/canvas/")[1].split("#")[0])
    _, copied = await ada.call("GET", f"/canvases/{copy_id}")
    assert (copied["id"] != canvas["id"], copied["tile_count"]) == (True, 1)


async def test_a_guest_saves_the_picture_of_a_canvas_on_paper(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json={**DRAFT, "paper_color": "#fff1e8"})
    page = await new_page()
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="About this canvas").click()
    await page.get_by_role("button", name="Download the picture").click()
    asked = dialog(page, "Download the picture")
    await asked.get_by_label("Size").select_option("4")
    await asked.get_by_label("On paper").check()
    await assert_accessible(page)
    async with page.expect_download() as downloading:
        await asked.get_by_role("button", name="Download", exact=True).click()
    file = await (await downloading.value).path()
    with Image.open(io.BytesIO(file.read_bytes())) as shown:
        assert (shown.size, shown.convert("RGBA").getpixel((0, 0))) == ((256, 256), (255, 241, 232, 255))
