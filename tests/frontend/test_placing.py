"""Placing pixels in real browsers: by pointer, touch and keyboard, with charges always in view."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible, dialog
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import GREEN, NIGHT, RED, Stage, new_canvas

WHITE = (255, 255, 255)
CLOSE = "#100,70,8"
"""A view in which the marks around a pixel do not cover its middle."""


async def event_canvas(owner: PainterAccount, **fields: Any) -> dict[str, Any]:
    return await new_canvas(owner, "place", **{"cooldown_seconds": 600, "max_charges": 3, **fields})


async def click(stage: Stage, x: int, y: int, **how: Any) -> None:
    """Click on a pixel."""
    await stage.page.mouse.click(*await stage.point(x + 0.5, y + 0.5), **how)


async def tap(stage: Stage, x: int, y: int) -> None:
    """Tap on a pixel with a finger."""
    await stage.page.touchscreen.tap(*await stage.point(x + 0.5, y + 0.5))


async def place(painter: PainterAccount, canvas: dict[str, Any], x: int, y: int, colour: int) -> None:
    status, answer = await painter.call(
        "POST", f"/canvases/{canvas['id']}/pixels", json={"pixels": [[x, y, colour]]}
    )
    assert status == 200, answer


def charges(page: Page, text: str) -> Any:
    return expect(page.get_by_role("region", name="Place pixels").get_by_text(text, exact=True))


@pytest.mark.parametrize(("device", "point_at"), [("desktop", click), ("phone", tap)], ids=["mouse", "touch"])
async def test_a_click_or_a_tap_places_a_pixel_for_a_charge(
    new_page: Windows, new_painter: NewPainter, device: Device, point_at: Any
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await event_canvas(ada)
    page, other = await new_page(ada, device=device), await new_page(bob)
    mine, theirs = await Stage.open(page, canvas, CLOSE), await Stage.open(other, canvas, CLOSE)
    await charges(page, "3 / 3").to_be_visible()
    await page.get_by_role("radio").nth(2).click()
    await point_at(mine, 100, 70)
    await theirs.comes_to_show(RED, 100, 70)
    await charges(page, "2 / 3").to_be_visible()
    await expect(page.get_by_text("next in")).to_be_visible()
    assert await mine.difference(canvas) == 0


async def test_everything_is_done_by_keyboard(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    page = await new_page(ada)
    stage = await Stage.open(page, canvas, CLOSE)
    await charges(page, "3 / 3").to_be_visible()
    await stage.element.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("3")
    await page.keyboard.press("Enter")
    await charges(page, "2 / 3").to_be_visible()
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await stage.comes_to_show(GREEN, 101, 70)
    for _ in range(3):
        await page.keyboard.press("ArrowUp")
    await page.keyboard.press("i")
    await expect(page.get_by_role("complementary").get_by_role("link", name="Ada")).to_be_visible()
    await stage.element.focus()
    await page.keyboard.press("u")
    await charges(page, "3 / 3").to_be_visible()
    assert await stage.difference(canvas) == 0


async def test_brackets_choose_a_colour_on_a_keyboard_that_has_them_on_altgr(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    stage = await Stage.open(page, await event_canvas(ada), CLOSE)
    colours = page.get_by_role("radio")
    await expect(colours.nth(1)).to_be_checked()
    altgr = {"key": "]", "code": "Digit9", "ctrlKey": True, "altKey": True}  # as Windows reports it
    await stage.element.dispatch_event("keydown", altgr)
    await expect(colours.nth(2)).to_be_checked()


async def test_the_inspector_says_who_painted_a_pixel(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    await place(ada, canvas, 100, 60, 2)
    page = await new_page()
    stage = await Stage.open(page, canvas, CLOSE)
    await click(stage, 100, 60, button="right")
    card = page.get_by_role("complementary")
    await expect(card.get_by_role("heading", name="Pixel 101, 61")).to_be_visible()
    await expect(card.get_by_role("link", name="Ada")).to_be_visible()
    await click(stage, 120, 80, button="right")
    await expect(card.get_by_text("No one has painted this pixel yet.")).to_be_visible()


async def test_without_charges_a_click_is_refused_with_the_time(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada, max_charges=1)
    page = await new_page(ada)
    stage = await Stage.open(page, canvas, CLOSE)
    await click(stage, 90, 60)
    await stage.comes_to_show(NIGHT, 90, 60)
    await charges(page, "0 / 1").to_be_visible()
    await click(stage, 95, 65)
    await expect(page.get_by_text("used up your pixels")).to_be_visible()
    await stage.comes_to_show(WHITE, 95, 65)


async def test_the_owner_changes_the_pace_while_people_wait(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await event_canvas(ada)
    page = await new_page(bob)
    stage = await Stage.open(page, canvas, CLOSE)
    await click(stage, 90, 60)
    await charges(page, "2 / 3").to_be_visible()
    await ada.call("PATCH", f"/canvases/{canvas['id']}", json={"max_charges": 9})
    await charges(page, "8 / 9").to_be_visible()
    await ada.call("PATCH", f"/canvases/{canvas['id']}", json={"frozen": True})
    await expect(page.get_by_text("This canvas is frozen at the moment.")).to_be_visible()


async def test_before_the_start_a_countdown_is_shown(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    start = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    canvas = await event_canvas(ada, starts_at=start)
    page = await new_page(ada)
    await Stage.open(page, canvas)
    await expect(page.get_by_text("Painting begins on")).to_be_visible()
    await expect(page.get_by_text("in 1:59:")).to_be_visible()


async def test_a_guest_is_asked_to_log_in(new_page: Windows, new_painter: NewPainter) -> None:
    canvas = await event_canvas(await new_painter("ada"))
    page = await new_page()
    stage = await Stage.open(page, canvas, CLOSE)
    bar = page.get_by_role("region", name="Place pixels")
    await expect(bar.get_by_text("Log in to place pixels")).to_be_visible()
    await click(stage, 100, 60)
    await expect(page.get_by_role("status").get_by_role("button", name="Log in")).to_be_visible()


async def test_an_event_is_created_in_the_form(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page(await new_painter("ada"))
    await page.goto("/")
    await page.get_by_role("button", name="New canvas").first.click()
    form = dialog(page, "New canvas")
    await form.get_by_label("Name").fill("A summer day")
    await form.get_by_role("radio", name="Single pixels").check()
    await form.get_by_label("Seconds per pixel").fill("5")
    await form.get_by_label("Pixels to save up").fill("12")
    await form.get_by_role("button", name="Create canvas").click()
    await charges(page, "12 / 12").to_be_visible()


async def test_what_is_still_empty_can_be_marked(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada, cooldown_seconds=0)
    await place(ada, canvas, 100, 60, 2)
    page = await new_page(ada)
    stage = await Stage.open(page, canvas, CLOSE)
    await stage.element.focus()
    await page.keyboard.press("v")
    marked = (236, 150, 214)
    await stage.comes_to_show(marked, 101, 60)
    await stage.comes_to_show(RED, 100, 60)
    await place(ada, canvas, 101, 60, 3)
    await stage.comes_to_show(GREEN, 101, 60)
    await page.get_by_role("button", name="What is still empty").click()
    await stage.comes_to_show(WHITE, 102, 60)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", ["desktop", "phone"])
async def test_placing_is_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme, device: Device
) -> None:
    ada = await new_painter("ada")
    canvas = await event_canvas(ada)
    page = await new_page(ada, scheme=scheme, device=device)
    await Stage.open(page, canvas)
    await charges(page, "3 / 3").to_be_visible()
    await assert_accessible(page)
