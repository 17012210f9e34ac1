"""Webhooks in the panel about a canvas: for its owner only, with a secret that is shown once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Scheme, Windows, assert_accessible, dialog
from tests.support.painters import NewPainter, PainterAccount

DRAFT = {"name": "A wall with an ear", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
URL = "https://receiver.test/hook"


async def open_panel(page: Page, canvas: dict[str, Any]) -> None:
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="About this canvas").click()
    await page.locator("canvas-info").wait_for()


async def make_canvas(owner: PainterAccount) -> dict[str, Any]:
    _, canvas = await owner.call("POST", "/canvases", json=DRAFT)
    return dict(canvas)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_owner_adds_a_webhook_and_removes_it(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, scheme=scheme)
    await open_panel(page, await make_canvas(ada))
    await page.get_by_label("Address").fill(URL)
    await page.get_by_role("button", name="Add webhook").click()
    shown = dialog(page, "New webhook")
    await expect(shown.locator("code")).to_contain_text("whsec_")
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Nothing has been sent yet")).to_be_visible()  # only the dialog closed
    await page.get_by_role("button", name=f"Remove {URL}").click()
    await expect(page.get_by_text(URL)).to_have_count(0)


async def test_an_address_inside_the_network_is_refused_at_its_field(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, allow=["status of 422"])
    await open_panel(page, await make_canvas(ada))
    address = page.get_by_label("Address")
    await address.fill("http://169.254.169.254/")
    await page.get_by_role("button", name="Add webhook").click()
    await expect(address).to_have_attribute("aria-invalid", "true")


async def test_a_stranger_sees_no_webhooks(new_page: Windows, new_painter: NewPainter) -> None:
    canvas = await make_canvas(await new_painter("ada"))
    page = await new_page(await new_painter("ben"))
    await open_panel(page, canvas)
    await expect(page.locator("canvas-webhooks")).to_have_count(0)
