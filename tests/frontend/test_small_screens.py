"""Every page on a phone: accessible in light and dark, and never wider than the narrowest screen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Scheme, Windows, assert_accessible, settle
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import SIDE, Stage, new_canvas, new_tile

NARROWEST = 320
"""CSS pixels wide; WCAG 2.2, 1.4.10 Reflow."""

ADMIN = ("dashboard", "reports", "users", "rollback", "audit")


async def canvas_with_a_tile(painter: PainterAccount) -> dict[str, Any]:
    canvas = await new_canvas(painter)
    await new_tile(painter, canvas, 1, 1)
    return canvas


async def show(page: Page, path: str) -> None:
    await page.goto(path)
    await page.get_by_role("heading", level=1).first.wait_for()
    await settle(page)


async def states_of_a_canvas(page: Page, canvas: dict[str, Any]) -> AsyncIterator[str]:
    """The canvas, then a tile's card over it, then its editor."""
    stage = await Stage.open(page, canvas, f"#{1.5 * SIDE},{1.5 * SIDE},3")
    yield "canvas"
    card = await stage.pick(1, 1)
    yield "card"
    await card.get_by_role("button", name=re.compile("^Paint")).click()
    await expect(page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")
    yield "editor"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_is_accessible_on_a_phone(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    canvas = await canvas_with_a_tile(ada)
    page = await new_page(ada, device="phone", scheme=scheme)
    for path in ("/login", "/register", "/account", f"/artist/{ada.username}"):
        await show(page, path)
        await assert_accessible(page)
    async for _ in states_of_a_canvas(page, canvas):
        await assert_accessible(page)


async def test_no_page_is_wider_than_the_narrowest_screen(
    new_page: Windows, new_painter: NewPainter, admin: PainterAccount
) -> None:
    ada = await new_painter("ada")
    canvas = await canvas_with_a_tile(ada)
    page = await new_page(admin, device="phone")
    await page.set_viewport_size({"width": NARROWEST, "height": 640})
    wide = []

    async def look(name: str) -> None:
        width = await page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            wide.append((name, width))

    people = ("/", "/login", "/register", "/account", f"/artist/{ada.username}")
    for path in (*people, *(f"/admin/{section}" for section in ADMIN)):
        await show(page, path)
        await look(path)
    async for state in states_of_a_canvas(page, canvas):
        await look(state)
    assert wide == []
