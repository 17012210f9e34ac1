"""A canvas of 8192 x 8192 pixels: only what is in view is loaded, and it is live near and from afar."""

from __future__ import annotations

import re

from playwright.async_api import Page

from tests.support.browser import HeldRoute, Windows
from tests.support.painters import NewPainter
from tests.support.stage import GREEN, NIGHT, RED, SIDE, Stage, new_canvas, new_tile, stroke
from tests.support.waiting import eventually

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


def overviews(page: Page, canvas_id: int) -> list[str]:
    """The requests for the coarsest picture, as the page sends them."""
    asked: list[str] = []
    pattern = rf"/canvases/{canvas_id}\.png\?(?=.*shrink=16)(.*)"
    page.on("request", lambda request: asked.extend(re.findall(pattern, request.url)))
    return asked


async def test_the_picture_of_a_large_canvas_is_asked_for_before_its_size_is_known(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, width=LARGE, height=LARGE)
    await new_tile(ada, canvas, 1, 1)
    page = await new_page()
    asked = overviews(page, canvas["id"])
    held = [
        await HeldRoute.on(page, f"**/canvases/{canvas['id']}{what}") for what in ("", "/snapshot?pixels*")
    ]
    async with page.expect_response(f"**/canvases/{canvas['id']}.png?*") as picture:
        await page.goto(f"/canvas/{canvas['id']}")
    assert (await picture.value).status == 200
    for request in held:
        await request.let_go()
    stage = Stage(page)
    await stage.is_live()
    await stage.comes_to_show(NIGHT, 1.5 * SIDE, 1.5 * SIDE)
    assert len(asked) == 1


async def test_the_picture_of_a_large_canvas_is_asked_for_again_after_a_failure(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, width=LARGE, height=LARGE)
    await new_tile(ada, canvas, 8, 8)  # where the overview is looked at
    page = await new_page(allow=["ERR_FAILED"])
    picture = await HeldRoute.on(page, f"**/canvases/{canvas['id']}.png?*")
    await page.goto(f"/canvas/{canvas['id']}#8160,8160,8")
    stage = Stage(page)
    await stage.is_live()
    assert (await stage.overview_pixel())[3] == 0
    await picture.fail()

    async def is_drawn() -> bool:
        return (await stage.overview_pixel())[3] > 0

    await eventually(is_drawn)


async def test_no_picture_is_drawn_of_a_canvas_that_is_loaded_as_a_whole(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 1, 1)
    page = await new_page()
    async with page.expect_response(f"**/canvases/{canvas['id']}.png?*") as picture:
        stage = await Stage.open(page, canvas)
    assert (await picture.value).status == 204
    await stage.comes_to_show(NIGHT, 1.5 * SIDE, 1.5 * SIDE)
