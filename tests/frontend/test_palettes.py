"""Palettes: read from files, edited, and changed while others are on the canvas."""

from __future__ import annotations

from playwright.async_api import FilePayload, Page, expect

from tests.support.browser import Windows, assert_accessible, dialog
from tests.support.drops import drop
from tests.support.painters import NewPainter

DRAFT = {
    "name": "A growing wall", "width": 64, "height": 64, "tile_size": 16,
    "palette": ["#000000", "#ff004d"], "collaboration_mode": "place",
}  # fmt: skip
GIMP = "GIMP Palette\nName: Sea\n#\n  0   0   0 ink\n 41 173 255 sky\n 41 173 255 sky again\n"


def gpl(content: str) -> FilePayload:
    return {"name": "sea.gpl", "mimeType": "text/plain", "buffer": content.encode()}


async def open_dialog(page: Page) -> None:
    await page.get_by_role("button", name="About this canvas").click()
    await page.get_by_role("button", name="Edit palette").click()


async def test_an_owner_imports_colours_that_others_can_use_at_once(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    await ada.call("POST", f"/canvases/{canvas['id']}/pixels", json={"pixels": [[0, 0, 1]]})
    owner, other = await new_page(ada), await new_page(await new_painter("ben"))
    for page in (owner, other):
        await page.goto(f"/canvas/{canvas['id']}")
    await open_dialog(owner)
    form = dialog(owner, "Edit palette")
    await form.get_by_label("Import file").set_input_files(gpl(GIMP.replace("41", "410", 1)))
    await expect(form.get_by_role("alert").filter(has_text="Line 5")).to_be_visible()
    many = "\n".join(f"{number:06x}" for number in range(1, 256))
    await form.get_by_label("Import file").set_input_files(gpl(many))
    await expect(form.get_by_text("2 colours had no room: a palette has at most 255.")).to_be_visible()
    await form.get_by_role("button", name="Cancel").click()
    await owner.get_by_role("button", name="Edit palette").click()
    assert not await drop(form.get_by_role("button", name="Colour 1"), gpl(GIMP))
    await expect(form.get_by_text("1 duplicate left out")).to_be_visible()
    await assert_accessible(owner)
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_hidden()
    await expect(other.locator("editor-palette").get_by_role("radio")).to_have_count(4)


async def test_a_palette_is_pasted_sorted_by_keyboard_and_exported(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    await page.goto("/")
    await page.get_by_role("button", name="New canvas").click()
    form = page.locator("create-canvas")
    await form.get_by_label("Custom").nth(1).check()
    await form.get_by_text("List of hexadecimal numbers").click()
    await form.get_by_label("Colours as hexadecimal numbers").fill("#000, #f00, #0f0")
    await form.get_by_role("button", name="Use these colours").click()
    await form.get_by_role("button", name="Colour 1").click()
    await page.keyboard.press("Alt+ArrowRight")
    await page.keyboard.press("ArrowRight")
    await form.get_by_label("Colours in the ramp").fill("1")
    await form.get_by_role("button", name="Add ramp").click()
    await form.get_by_label("File format").select_option("hex")
    async with page.expect_download() as download:
        await form.get_by_role("button", name="Export").click()
    path = await (await download.value).path()
    assert path.read_text().split() == ["ff0000", "000000", "00ff00", "ffffff"]


async def test_an_owner_replaces_a_colour_once_its_pixels_are_counted(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    path = f"/canvases/{canvas['id']}"
    await ada.call("POST", f"{path}/pixels", json={"pixels": [[0, 0, 1], [20, 0, 1], [21, 0, 2]]})
    page = await new_page(ada)
    await page.goto(path.replace("canvases", "canvas"))
    await open_dialog(page)
    form = dialog(page, "Edit palette")
    await form.get_by_text("Replace a colour in the picture").click()
    await form.get_by_label("Replaced by").select_option("2")
    await expect(form.get_by_text("2 pixels in 2 tiles")).to_be_visible()
    await assert_accessible(page)
    await form.get_by_role("button", name="Replace", exact=True).click()
    await expect(form.get_by_text("0 pixels in 0 tiles")).to_be_visible()
    _, pixel = await ada.call("GET", f"{path}/pixel?x=20&y=0")
    assert pixel["colour"] == 2
