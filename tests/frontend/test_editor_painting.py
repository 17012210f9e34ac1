"""Painting one tile in the browser, with mouse, keys and fingers."""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.editor import (
    BLACK,
    GREEN,
    RED,
    SIZE,
    drag,
    new_canvas,
    new_tile,
    open_editor,
    painted,
    save,
    shows,
    stroke,
    tile_at,
    tool,
)
from tests.support.painters import NewPainter
from tests.support.stage import drawing, spot
from tests.support.touch import Fingers
from tests.support.waiting import poll_until


async def test_saving_a_drawing_claims_the_empty_cell(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 3), (6, 3))
    await page.get_by_role("radio", name="red").click()
    await page.keyboard.press("r")
    await drag(page, (8, 8), (10, 10))
    await save(page)
    line = {(x, 3): BLACK for x in range(2, 7)}
    rectangle = {(x, y): RED for x in range(8, 11) for y in range(8, 11) if (x, y) != (9, 9)}
    assert await painted(ada, canvas) == line | rectangle


async def test_closing_the_editor_without_saving_creates_no_tile(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (9, 9))
    await page.get_by_role("button", name="Close editor").click()
    await page.get_by_role("button", name="Discard").click()
    await expect(drawing(page, SIZE)).to_have_count(0)
    assert await tile_at(ada, canvas) is None
    _, count = await ada.call("GET", f"/tiles/user/{ada.id}/count", params={"canvas_id": str(canvas["id"])})
    assert count["tile_count"] == 0


async def test_a_tile_is_painted_with_the_keyboard_alone(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await expect(drawing(page, SIZE)).to_be_focused()
    for key in ("3", "ArrowRight", "ArrowDown", " "):
        await page.keyboard.press(key)
    await expect(page.get_by_text("row 10, column 10, red")).to_be_visible()
    await page.keyboard.down(" ")
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.up(" ")
    for key in ("l", "4", "ArrowDown", " ", "Shift+ArrowUp", " "):
        await page.keyboard.press(key)
    await page.keyboard.press("Control+s")
    stroke = {(x, 9): RED for x in range(9, 13)}
    line = {(12, y): GREEN for y in range(2, 11)}
    await expect(page.get_by_text("This cell is now yours")).to_be_visible()
    assert await painted(ada, canvas) == stroke | line


async def test_undo_and_redo_step_through_changes(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_disabled()
    await drag(page, (1, 1), (4, 1))
    await drag(page, (1, 3), (4, 3))
    await undo.click()
    await page.keyboard.press("Control+z")
    await expect(undo).to_be_disabled()
    await page.keyboard.press("Control+y")
    await save(page)
    assert await painted(ada, canvas) == {(x, 1): BLACK for x in range(1, 5)}


async def test_one_finger_paints_and_two_move_the_view(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada, device="phone")
    await open_editor(page, canvas)
    for x in range(3):
        await page.touchscreen.tap(*await spot(drawing(page, SIZE), 4 + x, 4))
    left, _ = await spot(drawing(page, SIZE), 0, 0)
    await (await Fingers.on(page)).pinch(await spot(drawing(page, SIZE), 8, 8), 20, 60, 100)
    assert (await spot(drawing(page, SIZE), 0, 0))[0] < left
    await page.get_by_role("button", name="Save").tap()
    await expect(page.get_by_text("This cell is now yours")).to_be_visible()
    assert await painted(ada, canvas) == {(4 + x, 4): BLACK for x in range(3)}
    await assert_accessible(page)


async def test_a_tap_right_after_a_quick_stroke_counts(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await open_editor(page, await new_canvas(ada))
    finger = await Fingers.on(page)
    await stroke(finger, page, (2, 4), (4, 4), (6, 4), (8, 4))
    await tool(page, "Eraser").tap()
    await expect(tool(page, "Eraser")).to_be_checked()


async def test_a_second_finger_keeps_a_stroke_and_moves_the_view(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await open_editor(page, await new_canvas(ada))
    grid, finger = drawing(page, SIZE), await Fingers.on(page)
    await finger.press(await spot(grid, 2, 4))
    await finger.lead(*[await spot(grid, x, 4) for x in (4, 6)])
    await finger.press(await spot(grid, 12, 12), finger=1)
    left, _ = await spot(grid, 0, 0)
    await finger.lead(await spot(grid, 15, 15), finger=1)
    assert (await spot(grid, 0, 0))[0] < left
    await finger.lift()
    await finger.lift(finger=1)
    await shows(page, {(x, 4): BLACK for x in range(2, 7)})


async def test_turning_the_phone_ends_the_stroke(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await open_editor(page, await new_canvas(ada))
    grid, finger = drawing(page, SIZE), await Fingers.on(page)
    upright = await spot(grid, 0, 0)
    await finger.press(await spot(grid, 2, 2))
    await finger.lead(await spot(grid, 4, 2))
    await page.set_viewport_size({"width": 844, "height": 390})

    async def is_turned() -> bool:
        return await spot(grid, 0, 0) != upright

    assert await poll_until(is_turned, True)
    await finger.lead(await spot(grid, 12, 12), await spot(grid, 13, 12))
    await finger.lift()
    await stroke(finger, page, (8, 8))
    await shows(page, {**{(x, 2): BLACK for x in (2, 3, 4)}, (8, 8): BLACK})


async def test_after_the_first_save_the_save_button_stays_in_place(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada, "free"))
    await drag(page, (1, 1), (2, 1))
    button = page.get_by_role("button", name="Save")
    before = await button.bounding_box()
    await button.click()
    await expect(page.get_by_text("Live: saved as you draw")).to_be_visible()
    await expect(button).to_be_focused()
    assert await button.bounding_box() == before


async def test_a_long_palette_leaves_room_for_the_rest(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    palette = [f"#{number:06x}" for number in range(0, 255 * 256, 256)]
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada, palette=palette))
    await expect(page.get_by_role("button", name="Rotate")).to_be_in_viewport()


async def test_deleting_a_tile_requires_confirmation(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas)
    page = await new_page(ada)
    await open_editor(page, canvas)
    delete = page.locator("tile-editor").get_by_role("button", name="Delete tile")
    await delete.first.click()
    assert await tile_at(ada, canvas) is not None
    await delete.last.click()
    await expect(drawing(page, SIZE)).to_have_count(0)
    assert await tile_at(ada, canvas) is None


async def test_the_editor_is_accessible_in_light_and_dark(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas)
    light = await new_page(ada)
    await open_editor(light, canvas)
    await assert_accessible(light)
    dark = await new_page(scheme="dark")
    await open_editor(dark, await new_canvas(ada))
    await assert_accessible(dark)
