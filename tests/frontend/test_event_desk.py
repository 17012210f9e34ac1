"""Where moderators watch an event: who paints, freezing the canvas, and undoing the work of one artist."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import new_canvas


async def place(painter: PainterAccount, canvas: dict[str, Any], *pixels: tuple[int, int, int]) -> None:
    body = {"pixels": [list(pixel) for pixel in pixels]}
    status, answer = await painter.call("POST", f"/canvases/{canvas['id']}/pixels", json=body)
    assert status == 200, answer


async def open_desk(page: Page, canvas: dict[str, Any]) -> Locator:
    await page.goto("/admin/rollback")
    await page.get_by_label("Find a canvas").fill(canvas["name"])
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("button", name=re.compile(canvas["name"])).first.click()
    return page.get_by_role("region", name="Who paints")


async def test_a_moderator_sees_who_paints_and_undoes_the_work_of_one(
    new_page: Windows, new_painter: NewPainter, new_moderator: NewPainter
) -> None:
    ada, vandal = await new_painter("ada"), await new_painter("vidal")
    canvas = await new_canvas(ada, "place", cooldown_seconds=0, name=f"Quay of {ada.username}")
    await place(ada, canvas, (1, 1, 1), (2, 1, 1), (3, 1, 1))
    await place(vandal, canvas, (2, 1, 2))
    page = await new_page(await new_moderator("mona"))
    desk = await open_desk(page, canvas)
    await expect(desk.get_by_text("Pixels in the last ten minutes: 4, by 2 artists")).to_be_visible()
    await expect(desk.get_by_role("row").nth(1)).to_contain_text("Ada")
    await desk.get_by_role("button", name="Newest accounts").click()
    await expect(desk.get_by_role("row").nth(1)).to_contain_text("Vidal")
    await desk.get_by_role("button", name=f"Roll back {vandal.username}").click()
    await expect(page.get_by_label("Only by this artist")).to_have_value(vandal.username)
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_role("button", name="Roll back 1 tile").click()
    await page.get_by_text("1 tile rolled back").wait_for()
    _, pixel = await ada.call("GET", f"/canvases/{canvas['id']}/pixel", params={"x": "2", "y": "1"})
    assert pixel["colour"] == 1


async def test_a_moderator_freezes_a_canvas_and_lets_it_go_on(
    new_page: Windows, new_painter: NewPainter, new_moderator: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "place", name=f"Quay of {ada.username}")
    page = await new_page(await new_moderator("mona"))
    desk = await open_desk(page, canvas)
    for button, is_frozen in (("Freeze the canvas", True), ("Unfreeze the canvas", False)):
        await desk.get_by_role("button", name=button, exact=True).click()
        await expect(desk.get_by_role("button", name=button, exact=True)).not_to_be_visible()
        _, shown = await ada.call("GET", f"/canvases/{canvas['id']}")
        assert shown["frozen"] is is_frozen


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
async def test_who_paints_is_accessible(
    new_page: Windows,
    new_painter: NewPainter,
    new_moderator: NewPainter,
    scheme: Scheme,
    device: Device,
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "place", cooldown_seconds=0, name=f"Quay of {ada.username}")
    await place(ada, canvas, (1, 1, 1))
    page = await new_page(await new_moderator("mona"), scheme=scheme, device=device)
    desk = await open_desk(page, canvas)
    await expect(desk.get_by_text("1, by 1 artist")).to_be_visible()
    await assert_accessible(page)
