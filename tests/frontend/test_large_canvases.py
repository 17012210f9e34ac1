"""A canvas of 8192 x 8192 pixels: only what is in view is loaded, and it is live near and from afar."""

from __future__ import annotations

import re

from tests.support.browser import Windows
from tests.support.painters import NewPainter
from tests.support.stage import GREEN, NIGHT, RED, SIDE, Stage, new_canvas, new_tile, stroke

LARGE = 8192


async def test_a_large_canvas_is_loaded_where_it_is_seen_and_followed_there(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, width=LARGE, height=LARGE, max_tiles_per_user=10)
    near = await new_tile(ada, canvas, 1, 1)
    last = LARGE // SIDE - 1
    await new_tile(ada, canvas, last, last, 3)
    page = await new_page()
    blocks: list[str] = []
    page.on("request", lambda request: blocks.extend(re.findall(r"/snapshot\?x=\d+&y=\d+", request.url)))
    stage = await Stage.open(page, canvas)
    middle = 1.5 * SIDE
    await stage.comes_to_show(NIGHT, middle, middle)
    assert blocks == []  # from afar, pictures suffice
    await new_tile(ada, canvas, 4, 4, 2)
    await stage.comes_to_show(RED, 4.5 * SIDE, 4.5 * SIDE)
    await page.evaluate("location.hash = '#96,96,8'")
    await stage.comes_to_show(NIGHT, middle, middle)
    await stroke(ada, near, SIDE * 32 + 32, 2)
    await stage.comes_to_show(RED, middle, middle)
    await page.evaluate("location.hash = '#8160,8160,8'")
    await stage.comes_to_show(GREEN, LARGE - SIDE / 2, LARGE - SIDE / 2)
    assert blocks == ["/snapshot?x=0&y=0", f"/snapshot?x={last - 7}&y={last - 7}"]
