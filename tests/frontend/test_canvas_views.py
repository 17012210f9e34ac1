"""Which canvas is shown and which part of it: by its address, the wheel, fingers and keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import HeldRoute, Windows
from tests.support.painters import NewPainter
from tests.support.stage import CELLS, NIGHT, SIDE, Stage, new_canvas, new_tile
from tests.support.touch import Fingers
from tests.support.waiting import poll_until

SHOW = """path => { history.pushState(null, "", path); dispatchEvent(new PopStateEvent("popstate")); }"""
"""Go to another page of the client without loading the document."""


async def later_than_any_write_of_the_address(page: Page) -> None:
    """Wait for a timer that fires after every one set before it to write a view to the address."""
    await page.evaluate("new Promise(done => setTimeout(done, 1000))")


async def test_a_link_restores_its_view_and_moving_updates_the_address(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page()
    stage = await Stage.open(page, await new_canvas(await new_painter("ada")), "#40,200,6")
    assert await stage.view() == {"x": 40, "y": 200, "zoom": 6}
    await stage.element.focus()
    await page.keyboard.press("Shift+ArrowRight")
    await page.wait_for_url(re.compile(r"#53\.3,200,6$"))
    await page.keyboard.press("0")
    await page.wait_for_url(re.compile(r"/canvas/\d+$"))


async def test_the_wheel_zooms_around_the_pointer(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    stage = await Stage.open(page, canvas)
    before, point = await stage.view(), await stage.point(30, 40)
    await page.mouse.move(*point)
    await page.mouse.wheel(0, -240)
    await expect(page).to_have_url(re.compile("#"))
    assert (await stage.view())["zoom"] > before["zoom"]
    assert await stage.point(30, 40) == pytest.approx(point, abs=1)  # a wheel turns at whole pixels


async def test_two_fingers_zoom_and_one_moves(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page(device="phone")
    stage = await Stage.open(page, await new_canvas(await new_painter("ada")))
    fingers = await Fingers.on(page)
    x, y = await stage.point(128, 128)
    zoom = (await stage.view())["zoom"]
    await fingers.pinch((x, y), 40, 50, 60, 70, 80)
    assert (await stage.view())["zoom"] == pytest.approx(2 * zoom, rel=0.01)
    await fingers.swipe(*[(x - step, y) for step in (0, 10, 20, 30)])
    assert (await stage.view())["x"] == pytest.approx(128 + 30 / (2 * zoom), rel=0.01)


async def test_a_tap_right_after_a_quick_swipe_counts(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page(device="phone")
    stage = await Stage.open(page, await new_canvas(await new_painter("ada")))
    x, y = await stage.point(128, 128)
    await (await Fingers.on(page)).swipe(*[(x - 20 * step, y) for step in range(5)])
    grid = page.get_by_role("button", name="Grid")
    await grid.tap()
    await expect(grid).to_have_attribute("aria-pressed", "false")


async def test_navigating_between_canvases_and_back_works(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvases = [await new_canvas(ada, name=name) for name in ("Quay", "Pier")]
    await new_tile(ada, canvases[1], 0, 0)
    page = await new_page()
    stage = await Stage.open(page, canvases[0], "#10,10,9")
    await page.evaluate(SHOW, f"/canvas/{canvases[1]['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pier")
    await stage.comes_to_show(NIGHT, 10, 10)
    assert (await stage.view())["x"] == CELLS * SIDE / 2
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Quay")
    linked = {"x": 10.0, "y": 10.0, "zoom": 9.0}
    assert await poll_until(stage.view, linked) == linked


async def test_a_linked_view_survives_a_slow_picture(new_page: Windows, new_painter: NewPainter) -> None:
    canvas = await new_canvas(await new_painter("ada"))
    page = await new_page()
    linked = {"x": 40.0, "y": 200.0, "zoom": 6.0}
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.goto(f"/canvas/{canvas['id']}#40,200,6")
    stage = Stage(page)
    await stage.is_laid_out()
    await later_than_any_write_of_the_address(page)
    assert page.url.endswith("#40,200,6")
    await snapshot.let_go()
    await stage.is_live()
    assert await stage.view() == linked

    # Back from another canvas it is loaded again, beside a window that changes its size.
    await page.evaluate(SHOW, f"/canvas/{(await new_canvas(await new_painter('ben'), name='Pier'))['id']}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pier")
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.go_back()
    await snapshot.is_asked()
    await page.set_viewport_size({"width": 1000, "height": 700})
    await later_than_any_write_of_the_address(page)
    assert page.url.endswith("#40,200,6")
    await snapshot.let_go()
    await stage.is_live()
    assert await stage.view() == linked


async def test_a_view_is_never_written_to_the_address_of_another_canvas(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvases = [await new_canvas(ada, name=name) for name in ("Quay", "Pier")]
    page = await new_page()
    stage = await Stage.open(page, canvases[0])
    await stage.element.focus()
    await page.keyboard.press("Shift+ArrowRight")
    # The address changes first; the page of the other canvas is still being loaded.
    other = f"/canvas/{canvases[1]['id']}"
    await page.evaluate("path => history.pushState(null, '', path)", other)
    await later_than_any_write_of_the_address(page)
    assert page.url.endswith(other)
    await page.evaluate(SHOW, other)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Pier")
    await stage.is_live()
    assert (await stage.view())["x"] == CELLS * SIDE / 2


async def test_an_unknown_canvas_shows_not_found(new_page: Windows) -> None:
    page = await new_page(allow=["status of 404"])
    await page.goto("/canvas/999999999")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Canvas not found")


async def test_an_address_that_names_no_canvas_asks_for_none(new_page: Windows) -> None:
    page = await new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto("/canvas/abc")
    await page.get_by_role("heading", name="Canvas not found").wait_for()
    assert [url for url in asked if "NaN" in url or "abc/" in url] == []


async def fail_to_open(page: Page, canvas: dict[str, Any], link: str = "") -> Stage:
    """Go to the canvas, whose picture does not load."""
    snapshot = await HeldRoute.on(page, "**/canvases/*/snapshot*")
    await page.goto(f"/canvas/{canvas['id']}{link}")
    stage = Stage(page)
    await stage.is_laid_out()
    await snapshot.fail()
    return stage


async def test_a_canvas_that_failed_to_load_can_be_retried(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    page = await new_page(allow=["ERR_FAILED"])
    stage = await fail_to_open(page, canvas)
    await page.get_by_role("alert").get_by_text("unreachable").wait_for()
    await later_than_any_write_of_the_address(page)
    await page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    await page.get_by_role("button", name="Try again").click()
    await stage.is_live()
    assert await stage.colour_at(10, 10) == NIGHT


async def test_the_overview_of_a_canvas_that_was_retried_shows_its_picture(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 0, 0)
    page = await new_page(allow=["ERR_FAILED"])
    stage = await fail_to_open(page, canvas, f"#{SIDE},{SIDE},16")
    await page.get_by_role("button", name="Try again").click()
    await stage.is_live()
    shown = [*NIGHT, 255]
    assert await poll_until(stage.overview_pixel, shown) == shown
