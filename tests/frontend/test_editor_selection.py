"""What is selected of a tile in the editor: cut, copied, moved and pasted."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Scheme, Windows, assert_accessible, dialog
from tests.support.editor import (
    BLACK,
    SIZE,
    block,
    drag,
    new_canvas,
    open_editor,
    painted,
    save,
    shown,
    shows,
    stroke,
    tool,
)
from tests.support.painters import NewPainter
from tests.support.stage import drawing, spot
from tests.support.touch import Fingers

EVERYTHING = block(0, 0, SIZE - 1, SIZE - 1)


async def test_a_selection_is_cut_rotated_and_pasted(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (1, 1), (4, 1))
    await page.keyboard.press("m")
    await drag(page, (1, 1), (4, 1))
    await page.keyboard.press("Control+x")
    await page.keyboard.press("Control+v")
    await page.get_by_role("button", name="Rotate").click()
    await save(page)
    pixels = await painted(ada, canvas)
    assert len(pixels) == 4
    assert len({x for x, _ in pixels}) == 1


async def test_a_selection_moves_with_the_arrow_keys_and_a_copy_is_pasted_in_place(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (1, 1), (2, 1))
    await page.keyboard.press("m")
    await drag(page, (1, 1), (2, 1))
    await page.keyboard.press("Control+c")
    await page.keyboard.press("ArrowDown")
    assert await shown(page) == {(1, 2): BLACK, (2, 2): BLACK}
    await page.keyboard.press("Control+v")
    assert await shown(page) == {(x, y): BLACK for x in (1, 2) for y in (1, 2)}


async def drag_holding(page: Page, keys: tuple[str, ...], *points: tuple[int, int]) -> None:
    for key in keys:
        await page.keyboard.down(key)
    await drag(page, *points)
    for key in keys:
        await page.keyboard.up(key)


def without(*parts: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    """The whole tile in black, but for some pixels."""
    gone = {at for part in parts for at in part}
    return {at: colour for at, colour in EVERYTHING.items() if at not in gone}


async def test_shift_adds_alt_and_ctrl_subtract_and_both_intersect(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await page.keyboard.press("g")
    await drag(page, (1, 1))
    await page.keyboard.press("m")
    await drag(page, (2, 2), (9, 9))
    await drag_holding(page, ("Alt",), (9, 9), (4, 4))
    await drag_holding(page, ("Control",), (2, 2), (2, 2))
    await page.keyboard.press("q")
    await drag_holding(page, ("Shift",), (12, 12), (14, 12), (14, 14), (12, 14))
    await page.keyboard.press("m")
    await drag_holding(page, ("Shift", "Alt"), (0, 0), (13, 13))
    await page.keyboard.press("Delete")
    left = [block(2, 3, 3, 9), block(3, 2, 9, 3), block(12, 12, 13, 13)]
    await shows(page, without(*left))
    await page.keyboard.press("w")
    await drag(page, (0, 0))
    await drag_holding(page, ("Shift",), (12, 12))  # the hole, which is transparent
    await page.keyboard.press("Delete")
    await shows(page, {})


async def test_keys_choose_what_the_next_selection_does(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))  # the cursor is at 8, 8

    async def press(*keys: str) -> None:
        for key in keys:
            await page.keyboard.press(key)

    await press("g", "Enter", "m", "Enter", "ArrowRight", "ArrowDown", "Enter")
    await press("a", "ArrowRight", "ArrowRight", "Enter", "ArrowRight", "ArrowRight", "Enter")
    await press("Alt+Enter", "Enter")
    await press("s", "ArrowLeft", "ArrowLeft", "Enter", "Enter")
    await press("Delete")
    await shows(page, without(block(8, 8, 9, 9), {(12, 9): BLACK}))
    await press("?")
    keys = dialog(page, "Keyboard shortcuts")
    await expect(keys.get_by_text("Subtract from the selection, by pointer or with Enter")).to_be_visible()
    await expect(keys.get_by_role("button", name="Subtract from the selection: S. Change")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_switch_chooses_by_touch_what_the_next_selection_does(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone", scheme=scheme)
    await open_editor(page, await new_canvas(ada))
    finger = await Fingers.on(page)
    await tool(page, "Fill").tap()
    await stroke(finger, page, (1, 1))
    await tool(page, "Select").tap()
    switch = page.get_by_role("group", name="Selection mode")
    await stroke(finger, page, (2, 2), (9, 9))
    await switch.get_by_role("button", name="Subtract from the selection").tap()
    await stroke(finger, page, (4, 4), (9, 9))
    await switch.get_by_role("button", name="Add to the selection").tap()
    await stroke(finger, page, (12, 12), (14, 14))
    await switch.get_by_role("button", name="Intersect with the selection").tap()
    await stroke(finger, page, (13, 13), (2, 3))
    await assert_accessible(page)
    await page.keyboard.press("Delete")
    await shows(page, without(block(2, 3, 3, 9), block(3, 3, 9, 3), block(12, 12, 13, 13)))


async def test_a_move_that_a_pinch_or_the_system_takes_over_leaves_the_selection_as_it_was(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await open_editor(page, await new_canvas(ada))
    grid, finger = drawing(page, SIZE), await Fingers.on(page)
    await stroke(finger, page, (8, 8))
    await tool(page, "Select").tap()
    await stroke(finger, page, (7, 7), (9, 9))
    start = await spot(grid, 8, 8)
    await finger.press(start)
    await finger.lead(await spot(grid, 9, 8))
    await finger.press(await spot(grid, 12, 12), finger=1)
    await finger.lift()
    await finger.lift(finger=1)
    await shows(page, {(8, 8): BLACK})
    await finger.press(start)
    await finger.lead(await spot(grid, 11, 8), await spot(grid, 14, 8))
    await shows(page, {(14, 8): BLACK})
    await finger.cancel()
    await shows(page, {(8, 8): BLACK})
