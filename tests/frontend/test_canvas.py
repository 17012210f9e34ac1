"""The panels of a canvas: areas, reviews, settings and the time-lapse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser import Scheme, Windows, assert_accessible
from tests.support.painters import NewPainter
from tests.support.stage import CELLS, RED, SIDE, Stage, new_canvas, new_tile
from tests.support.touch import Fingers


async def test_an_area_is_claimed_by_dragging(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "area-lock")
    page, watching = await new_page(ben), await new_page()
    await Stage.open(watching, canvas)
    await watching.get_by_role("button", name="Areas").click()
    stage = await Stage.open(page, canvas)
    await page.get_by_role("button", name="Areas").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_role("button", name="Draw on the canvas").click()
    await page.mouse.move(*await stage.point_of_cell(1, 1))
    await page.mouse.down()
    await page.mouse.move(*await stage.point_of_cell(2, 3), steps=4)
    await page.mouse.up()
    await panel.get_by_role("button", name="Claim this area").click()
    await panel.get_by_text("cells from 2, 2").wait_for()
    await watching.get_by_text("cells from 2, 2").wait_for()
    await panel.get_by_role("button", name=re.compile("Release .* cells from 2, 2")).click()
    await watching.get_by_text("No areas are claimed.").wait_for()


async def test_two_fingers_leave_the_area_that_one_has_drawn(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ben = await new_painter("ben")
    page = await new_page(ben, device="phone")
    stage = await Stage.open(page, await new_canvas(await new_painter("ada"), "area-lock"))
    await page.get_by_role("button", name="Areas").tap()
    panel = page.get_by_role("complementary")
    await panel.get_by_role("button", name="Draw on the canvas").tap()
    finger = await Fingers.on(page)
    await finger.swipe(*[await stage.point_of_cell(*cell) for cell in ((1, 1), (2, 2), (2, 3))])
    await finger.press(await stage.point_of_cell(3, 0))
    await finger.lead(await stage.point_of_cell(3, 1))
    await finger.cancel()
    await finger.pinch(await stage.point_of_cell(2, 1), 20)
    await panel.get_by_role("button", name="Claim this area").tap()
    await panel.get_by_text("3 cells from 2, 2").wait_for()


async def test_an_owner_approves_a_pending_submission(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "review")
    await new_tile(ben, canvas, 0, 0, 2)
    guests = await Stage.open(await new_page(), canvas)
    bens = await Stage.open(await new_page(ben), canvas)
    await (await bens.pick(0, 0)).get_by_text("waiting for review").wait_for()
    page = await new_page(ada)
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="Reviews").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_label("Note for the artist").fill("Lovely")
    await panel.get_by_role("button", name="Approve Cell 1, 1").click()
    await guests.comes_to_show(RED, 10, 10)
    await panel.get_by_role("button", name="Approved").click()
    await panel.get_by_text("Ada: Lovely").wait_for()


async def test_pending_submissions_can_be_decided_after_leaving_review_mode(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "review")
    await new_tile(ben, canvas, 0, 0, 2)
    await ada.call("PATCH", f"/canvases/{canvas['id']}", json={"collaboration_mode": "free"})
    page = await new_page(ada)
    stage = await Stage.open(page, canvas)
    await page.get_by_role("button", name="Reviews").click()
    await page.get_by_role("complementary").get_by_role("button", name="Approve Cell 1, 1").click()
    await stage.comes_to_show(RED, 10, 10)


async def test_changed_settings_reach_every_viewer(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page, watching = await new_page(ada), await new_page()
    for window in (page, watching):
        await Stage.open(window, canvas)
        await window.get_by_role("button", name="About this canvas").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_label("Name", exact=True).fill("Harbour")
    await panel.get_by_label("Who can paint").select_option("review")
    await panel.get_by_role("button", name="Save").click()
    await expect(watching.get_by_role("heading", level=1)).to_have_text("Harbour")
    await watching.get_by_text("appear once the owner approves them").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everyone_sees_the_paper_that_the_owner_chose(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, paper_color="#e0d0a0")
    page, guest = await new_page(ada), await new_page(scheme=scheme)
    await Stage.open(page, canvas)
    stage = await Stage.open(guest, canvas)
    await stage.comes_to_show((224, 208, 160), 10, 10)
    await page.get_by_role("button", name="About this canvas").click()
    panel = page.get_by_role("complementary")
    await panel.get_by_label("Paper colour").fill("#304050")
    await panel.get_by_role("button", name="Save").click()
    await stage.comes_to_show((48, 64, 80), 10, 10)


async def test_the_time_lapse_plays(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    for x in range(CELLS):
        await new_tile(ada, canvas, x, 0, 2)
    page = await new_page()
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="Time-lapse").click()
    film = page.locator("ui-dialog[open]").get_by_role("img", name="Time-lapse of “Quay”")
    await film.wait_for()
    assert (
        await film.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == CELLS * SIDE
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_canvas_and_its_panels_are_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Any
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada, "area-lock")
    await ben.call("POST", f"/canvases/{canvas['id']}/areas", json={"x": 0, "y": 0, "columns": 2, "rows": 2})
    await new_tile(ben, canvas, 0, 0)
    page = await new_page(ada, scheme=scheme)
    stage = await Stage.open(page, canvas)
    await assert_accessible(page)
    card = await stage.pick(0, 0)
    await card.get_by_role("button", name="Follow").wait_for()
    await assert_accessible(page)
    for panel in ("other artist", "Areas", "About this canvas"):
        await page.get_by_role("button", name=panel).click()
        await assert_accessible(page)
