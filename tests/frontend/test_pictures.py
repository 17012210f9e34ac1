"""Painting a picture over several tiles: placed, checked, painted and taken back."""

from __future__ import annotations

import base64
from typing import Any

from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from tests.support.browser import Windows, assert_accessible
from tests.support.painters import NewPainter, PainterAccount
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
