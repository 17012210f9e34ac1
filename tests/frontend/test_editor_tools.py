"""Every tool of the editor by mouse, by keyboard and by touch, the keys that run them, and the undo list."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.support.browser import Windows, assert_accessible, dialog
from tests.support.editor import (
    BLACK,
    GREEN,
    RED,
    SIZE,
    PixelMap,
    block,
    drag,
    new_canvas,
    open_editor,
    shown,
    shows,
    stroke,
    tool,
)
from tests.support.painters import NewPainter
from tests.support.stage import drawing, spot
from tests.support.touch import Fingers

EVERYWHERE = {(x, y) for x in range(SIZE) for y in range(SIZE)}


def line(y: int, colour: int = BLACK, start: int = 2, end: int = 5) -> PixelMap:
    return {(x, y): colour for x in range(start, end + 1)}


def ring(left: int, top: int, right: int, bottom: int, colour: int = BLACK) -> PixelMap:
    inside = block(left + 1, top + 1, right - 1, bottom - 1)
    return {at: colour for at in block(left, top, right, bottom) if at not in inside}


async def clear(page: Page) -> None:
    for key in ("Control+a", "Delete", "Control+d"):
        await page.keyboard.press(key)


async def draw(page: Page, name: str, *points: tuple[int, int]) -> PixelMap:
    """Draw on an empty tile with the mouse and a tool, and return what came of it."""
    await clear(page)
    await tool(page, name).click()
    await drag(page, *points)
    return await shown(page)


async def test_every_painting_tool_works_with_the_mouse(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await tool(page, "red, colour 3").click(button="right")
    assert await draw(page, "Pencil", (2, 2), (5, 2)) == line(2)
    assert await draw(page, "Dither brush", (2, 8), (5, 8)) == {(2, 8): BLACK, (4, 8): BLACK}
    assert await draw(page, "Line", (2, 3), (5, 3)) == line(3)
    assert await draw(page, "Rectangle", (2, 2), (5, 5)) == ring(2, 2, 5, 5)
    corners = {(2, 2), (7, 2), (2, 7), (7, 7)}
    assert set(await draw(page, "Ellipse", (2, 2), (7, 7))) == set(ring(2, 2, 7, 7)) - corners
    assert await draw(page, "Fill", (2, 2)) == dict.fromkeys(EVERYWHERE, BLACK)
    blend = await draw(page, "Gradient", (0, 0), (15, 0))
    assert set(blend) == EVERYWHERE
    assert [{blend[x, y] for y in range(SIZE)} for x in (0, 15)] == [{BLACK}, {RED}]
    await tool(page, "Eraser").click()
    await drag(page, (0, 0), (15, 0))
    assert set(await shown(page)) == EVERYWHERE - set(line(0, start=0, end=15))


async def test_the_right_button_paints_with_the_second_colour(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await tool(page, "red, colour 3").click(button="right")
    await page.mouse.move(*await spot(drawing(page, SIZE), 2, 2))
    await page.mouse.down(button="right")
    await page.mouse.move(*await spot(drawing(page, SIZE), 5, 2))
    await page.mouse.up(button="right")
    await shows(page, line(2, RED))
    await page.get_by_role("button", name="Swap colours").click()
    await drag(page, (2, 4), (5, 4))
    await shows(page, line(2, RED) | line(4, RED))


async def test_a_selection_is_made_moved_and_scaled_with_the_mouse(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (2, 2), (5, 2))
    await tool(page, "Magic wand").click()
    await drag(page, (3, 2), (3, 2))
    await drag(page, (3, 2), (3, 4))
    await shows(page, line(4))
    x, y = await spot(drawing(page, SIZE), 5, 4)
    scale = (await spot(drawing(page, SIZE), 6, 4))[0] - x
    await page.mouse.move(x + scale / 2 + 6, y + scale / 2 + 6)  # the handle at the corner
    await page.mouse.down()
    await page.mouse.move(x + scale / 2 + 6 + 4 * scale, y + scale / 2 + 6 + scale)
    await page.mouse.up()
    await shows(page, block(2, 4, 9, 5))
    await page.get_by_role("button", name="Deselect").first.click()
    await tool(page, "Lasso").click()
    await drag(page, (8, 3), (15, 3), (15, 8), (8, 8))
    await page.keyboard.press("Delete")
    await shows(page, block(2, 4, 7, 5))
    await page.keyboard.press("Control+d")
    await page.get_by_role("button", name="Outline").click()
    await shows(page, block(2, 3, 7, 6) | block(1, 4, 8, 5))


async def test_every_tool_works_with_the_keyboard(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await expect(drawing(page, SIZE)).to_be_focused()  # at 8, 8

    async def press(*keys: str) -> None:
        for key in keys:
            await page.keyboard.press(key)

    await press("m", "Enter", "ArrowRight", "ArrowDown", "Enter", "g", "Enter")
    await shows(page, block(8, 8, 9, 9))  # a fill stays within what is selected
    await press("m", "ArrowLeft", "Control+ArrowRight", "Control+ArrowDown")
    await shows(page, block(7, 8, 9, 10))
    await press("Control+d", "3", "Shift+o")
    around = {at: RED for at in block(6, 8, 10, 10) | block(7, 7, 9, 11) if at not in block(7, 8, 9, 10)}
    await shows(page, block(7, 8, 9, 10) | around)
    await press("x", "4", "Shift+r", "w", "ArrowUp", "Enter", "Delete")  # the cursor is at 8, 8
    await shows(page, dict.fromkeys(around, GREEN))
    await press("Control+d", "q", "Enter", "Shift+ArrowLeft", "Shift+ArrowUp", "Enter", "Delete")
    await shows(page, dict.fromkeys(set(around) - {(7, 7), (6, 8)}, GREEN))
    await clear(page)
    await press("Shift+b", "Enter")  # the cursor is at 0, 0
    await shows(page, {(0, 0): GREEN})
    await press("Shift+g", "Enter", "ArrowRight", "Enter")
    await shows(page, block(0, 0, 15, 15, RED) | block(0, 0, 0, 15, GREEN))
    await press("Control+z", "u", "Enter", "Shift+ArrowRight", "Shift+ArrowDown", "Enter")
    await shows(page, {(0, 0): GREEN} | ring(1, 0, 9, 8, GREEN))


async def test_every_tool_works_by_touch(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await open_editor(page, await new_canvas(ada))
    finger = await Fingers.on(page)
    await stroke(finger, page, (2, 2), (5, 2))
    await shows(page, line(2))
    await tool(page, "Lasso").tap()
    await stroke(finger, page, (1, 1), (6, 1), (6, 3), (1, 3))
    await stroke(finger, page, (3, 2), (3, 6))
    await shows(page, line(6))
    await page.get_by_role("button", name="Deselect").first.tap()
    await tool(page, "Magic wand").tap()
    await stroke(finger, page, (3, 6))
    await page.get_by_role("button", name="More").tap()
    await page.get_by_role("button", name="Clear").tap()
    await shows(page, {})
    await page.get_by_role("button", name="More").tap()
    await page.get_by_role("button", name="Deselect").first.tap()
    await page.get_by_role("button", name="Swap colours").tap()
    await tool(page, "red, colour 3").tap()
    await tool(page, "Gradient").tap()
    await stroke(finger, page, (0, 0), (15, 0))
    blend = await shown(page)
    assert [{blend[x, y] for y in range(SIZE)} for x in (0, 15)] == [{RED}, {BLACK}]
    await assert_accessible(page)


async def test_space_moves_the_view_with_the_mouse(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    x, y = await spot(drawing(page, SIZE), 8, 8)
    await page.mouse.move(x, y)
    await page.keyboard.down(" ")
    await page.mouse.down()
    await page.mouse.move(x + 40, y)
    await page.mouse.up()
    await page.keyboard.up(" ")
    assert (await spot(drawing(page, SIZE), 8, 8))[0] == x + 40
    await drag(page, (2, 2), (5, 2))
    await shows(page, line(2))


async def test_steps_are_listed_and_one_goes_back_to_any(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (2, 2), (5, 2))
    await page.keyboard.press("l")
    await drag(page, (2, 4), (5, 4))
    await page.keyboard.press("Shift+o")
    await page.get_by_text("Undo list").click()
    await page.get_by_role("button", name="1. Pencil").click()
    await shows(page, line(2))
    await expect(page.get_by_role("button", name="1. Pencil")).to_have_attribute("aria-current", "step")
    await page.get_by_role("button", name="2. Line").click()
    await shows(page, line(2) | line(4))
    await assert_accessible(page)


async def test_keys_are_listed_changed_and_reset(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await page.keyboard.press("?")
    keys = dialog(page, "Keyboard shortcuts")
    await keys.get_by_role("button", name="Fill: G. Change").click()
    await page.keyboard.press("b")
    await expect(keys.get_by_text("B is the shortcut for “Pencil”")).to_be_visible()
    await assert_accessible(page)
    await keys.get_by_role("button", name="Use it here").click()
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    await page.keyboard.press("b")
    await expect(tool(page, "Fill")).to_be_checked()
    await page.reload()
    await open_editor(page, canvas)
    await page.keyboard.press("b")
    await expect(tool(page, "Fill")).to_be_checked()
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    await keys.get_by_role("button", name="Reset all").click()
    await expect(keys.get_by_role("button", name="Pencil: B. Change")).to_be_visible()
    await expect(keys.get_by_text("All shortcuts are as they were at first.")).to_be_visible()
    await expect(keys.get_by_role("button", name="Close", exact=True).first).to_be_focused()


async def test_tab_leads_from_a_key_that_is_being_changed_to_the_next(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await page.keyboard.press("?")
    keys = dialog(page, "Keyboard shortcuts")
    await keys.get_by_role("button", name="Pencil: B. Change").click()
    for key in ("Tab", "Enter", "Shift+K"):
        await page.keyboard.press(key)
    await expect(keys.get_by_role("button", name="Dither brush: Shift+K. Change")).to_be_visible()
    await expect(keys.get_by_role("button", name="Pencil: B. Change")).to_be_visible()
