"""Painting a picture over several tiles: placed, checked, painted and taken back."""

from __future__ import annotations

import base64
import re
from typing import Any

from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.support.browser import HeldRoute, Windows, assert_accessible
from tests.support.drops import drop
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import Stage
from tests.support.templates import encoded

DRAFT = {
    "name": "A wall for pictures", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8",
    "max_tiles_per_user": 16,
}  # fmt: skip
RED = 9


def png(width: int, height: int) -> FilePayload:
    picture = Image.new("RGBA", (width, height), (255, 0, 77, 255))
    return {"name": "red.png", "mimeType": "image/png", "buffer": encoded(picture)}


async def tiles_of(painter: PainterAccount, canvas: dict[str, Any]) -> dict[tuple[int, int], set[int]]:
    """Return the colours of each tile by its cell."""
    _, page = await painter.call("GET", f"/canvases/{canvas['id']}/region")
    return {(tile["x"], tile["y"]): set(base64.b64decode(tile["pixels"])) for tile in page["items"]}


async def claim(painter: PainterAccount, canvas: dict[str, Any], x: int, y: int) -> None:
    pixels = base64.b64encode(bytes([1]) * 256).decode()
    draft = {"canvas_id": canvas["id"], "x": x, "y": y, "pixels": pixels}
    assert (await painter.call("POST", "/tiles", json=draft))[0] == 201


async def choose(page: Page, file: FilePayload) -> None:
    await page.get_by_role("button", name="Paint a picture").click()
    await page.get_by_label("Choose a picture").set_input_files(file)


async def test_a_picture_is_painted_where_its_artist_may_and_taken_back(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    await claim(ada, canvas, 0, 0)
    await claim(ben, canvas, 1, 0)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(64, 64))
    plan = page.locator("picture-panel").get_by_role("status")
    await expect(plan).to_contain_text("15 tiles will change. 14 of them are new.")
    await expect(plan).to_contain_text("1 tile belongs to another artist")
    await assert_accessible(page)
    await page.get_by_role("button", name="Paint", exact=True).click()
    await expect(page.get_by_text("15 tiles painted.")).to_be_visible()
    painted = await tiles_of(ada, canvas)
    assert painted.pop((1, 0)) == {1}
    assert list(painted.values()) == [{RED}] * 15
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("15 tiles taken back.")).to_be_visible()
    assert await tiles_of(ada, canvas) == {(0, 0): {1}, (1, 0): {1}}


async def test_a_picture_is_submitted_together_with_what_waits_for_a_review(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    _, canvas = await ben.call("POST", "/canvases", json={**DRAFT, "collaboration_mode": "review"})
    pixels = base64.b64encode(bytes([1] * 128 + [0] * 128)).decode()
    draft = {"canvas_id": canvas["id"], "x": 0, "y": 0, "pixels": pixels}
    _, tile = await ada.call("POST", "/tiles", json=draft)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(32, 8))
    for label, value in (("Left edge", "0"), ("Top edge", "8")):
        await page.get_by_label(label).fill(value)
        await page.get_by_label(label).press("Tab")
    await expect(page.locator("picture-panel")).to_contain_text("2 tiles will change.")
    await page.get_by_role("button", name="Paint", exact=True).click()
    await expect(page.get_by_text(re.compile("^2 tiles wait for a review.$"))).to_be_visible()
    _, tile = await ada.call("GET", f"/tiles/{tile['id']}")
    assert base64.b64decode(tile["pending"]["pixels"]) == bytes([1] * 128 + [RED] * 128)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("1 tile taken back.")).to_be_visible()
    assert list(await tiles_of(ada, canvas)) == [(0, 0)]


async def test_a_pasted_picture_is_placed_by_numbers(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="Paint a picture").wait_for()
    await page.evaluate(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], "red.png", { type: "image/png" }));
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        list(png(8, 8)["buffer"]),
    )
    for label, value in (("Left edge", "16"), ("Top edge", "32"), ("Size (%)", "200")):
        await page.get_by_label(label).fill(value)
        await page.get_by_label(label).press("Tab")
    await expect(page.locator("picture-panel")).to_contain_text("1 tile will change.")
    await page.get_by_role("button", name="Paint", exact=True).click()
    await expect(page.get_by_text("1 tile painted.")).to_be_visible()
    assert await tiles_of(ada, canvas) == {(1, 2): {RED}}


async def test_a_picture_dropped_on_the_canvas_is_placed(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    stage = await Stage.open(page, canvas)
    await page.get_by_role("button", name="Paint a picture").wait_for()
    is_page_left_for_it = await drop(stage.element, png(64, 64))
    assert not is_page_left_for_it
    await expect(page.locator("picture-panel")).to_contain_text("16 tiles will change.")


async def test_a_picture_dropped_where_none_can_be_painted_does_not_replace_the_page(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    _, event = await ada.call("POST", "/canvases", json={**DRAFT, "collaboration_mode": "place"})
    guest, artist = await new_page(), await new_page(ada)
    stage = await Stage.open(guest, canvas)
    assert not await drop(stage.element, png(8, 8))
    await expect(guest.get_by_text("Log in to paint a picture.")).to_be_visible()
    stage = await Stage.open(artist, event)
    assert not await drop(stage.element, png(8, 8))
    await expect(artist.get_by_text("Everybody paints pixel by pixel here.")).to_be_visible()
    await artist.get_by_role("button", name="About this canvas").click()
    await artist.get_by_role("button", name="Edit palette").click()
    assert not await drop(artist.get_by_role("heading", name="Edit palette"), png(8, 8))


async def test_a_photo_fills_a_canvas_of_its_shape(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(3000, 3000))
    await expect(page.get_by_label("Size (%)")).to_have_value("2.13")
    await page.get_by_role("button", name="Paint", exact=True).click()
    await expect(page.get_by_text("16 tiles painted.")).to_be_visible()
    assert list((await tiles_of(ada, canvas)).values()) == [{RED}] * 16


async def test_a_picture_is_placed_no_larger_than_what_can_be_painted_at_once(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    draft = {**DRAFT, "width": 4096, "height": 4096, "tile_size": 128}
    _, canvas = await ada.call("POST", "/canvases", json=draft)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(4096, 2048))
    await expect(page.get_by_label("Size (%)")).to_have_value("70.71")
    await expect(page.get_by_text("at most 4,194,304 pixels")).to_be_visible()
    await page.get_by_label("Size (%)").fill("50")
    await page.get_by_label("Size (%)").press("Tab")
    await expect(page.get_by_text("at most 4,194,304 pixels")).to_have_count(0)


async def test_the_panel_says_which_file_is_no_picture_until_one_is(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    message = page.get_by_text("This file cannot be read as a picture.")
    torn = FilePayload(name="torn.png", mimeType="image/png", buffer=png(64, 64)["buffer"][:60])
    await choose(page, torn)
    await page.get_by_label("Choose a picture").set_input_files(torn)
    await expect(message).to_have_count(1)
    await page.get_by_label("Choose a picture").set_input_files(png(16, 16))
    await expect(page.locator("picture-panel")).to_contain_text("tiles will change.")
    await expect(message).to_have_count(0)


async def test_of_two_files_the_one_chosen_last_is_placed(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    await page.add_init_script(
        """const { createImageBitmap } = window;
        window.slow = new Promise((resolve) => (window.letGo = resolve));
        window.createImageBitmap = async (file) => {
          window.createImageBitmap = createImageBitmap;
          await window.slow;
          return createImageBitmap(file);
        };"""
    )
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(64, 64))
    panel = page.locator("picture-panel")
    await expect(panel).to_contain_text("Reading the picture")
    await page.get_by_label("Choose a picture").set_input_files(png(1, 1))
    await expect(panel).to_contain_text("1 tile will change.")
    await page.evaluate("window.letGo()")
    await page.get_by_label("Left edge").fill("0.4")
    await page.get_by_label("Left edge").press("Tab")
    await expect(panel).to_contain_text("1 tile will change.")
    await page.get_by_role("button", name="Paint", exact=True).click()
    await expect(page.get_by_text("1 tile painted.")).to_be_visible()


async def test_what_is_being_typed_stays_when_the_plan_arrives(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(16, 16))
    plan = page.locator("picture-panel").get_by_role("status")
    await expect(plan).to_contain_text("will change")
    left, top = page.get_by_label("Left edge"), page.get_by_label("Top edge")
    held = await HeldRoute.on(page, "**/region?*")
    await left.fill("16")
    await left.press("Tab")
    await held.is_asked()
    await top.fill("3")
    await held.let_go()
    await expect(plan).to_contain_text("will change")
    await top.press("End")
    await top.press_sequentially("2")
    await top.press("Tab")
    await expect(top).to_have_value("32")
    await expect(plan).to_contain_text("1 tile will change.")


async def test_a_number_that_is_not_taken_does_not_stay_in_its_field(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await choose(page, png(64, 64))
    left = page.get_by_label("Left edge")
    for typed in ("7", "7.3"):
        await left.fill(typed)
        await left.press("Tab")
    await expect(left).to_have_value("7")
