"""What is selected of a tile in the editor: cut, copied, moved and pasted."""

from __future__ import annotations

from tests.support.browser import Windows
from tests.support.editor import BLACK, drag, new_canvas, open_editor, painted, save, shown
from tests.support.painters import NewPainter


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
