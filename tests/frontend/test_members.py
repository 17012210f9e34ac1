"""Members and invitations of canvases in real browsers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible, log_in
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import Stage, new_canvas


async def open_members(page: Page, canvas: dict[str, Any]) -> None:
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="Members").click()


async def make_link(page: Page, role: str = "Painter") -> str:
    """Make an invitation; returns its link."""
    await page.locator("select[name=role]").select_option(label=role)
    await page.get_by_role("button", name="Make a link").click()
    link = await page.get_by_role("status").locator("code").text_content()
    assert link is not None
    return link


async def test_an_artist_joins_a_private_canvas_by_a_link(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, is_public=False)
    page, other = await new_page(ada), await new_page(bob)
    await open_members(page, canvas)
    link = await make_link(page)
    await other.goto(link)
    await other.get_by_role("button", name="Join").click()
    await expect(other).to_have_url(re.compile(f"/canvas/{canvas['id']}"))
    await Stage(other).is_live()
    await expect(page.get_by_role("link", name="Bob", exact=True)).to_be_visible()


async def test_a_guest_logs_in_on_the_way(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, is_public=False)
    page, other = await new_page(ada), await new_page()
    await open_members(page, canvas)
    await other.goto(await make_link(page, "Viewer"))
    await log_in(other, bob.username, bob.password)
    await other.get_by_role("button", name="Join").click()
    await Stage(other).is_live()


async def test_a_used_link_says_so(new_page: Windows, new_painter: NewPainter) -> None:
    bob = await new_painter("bob")
    page = await new_page(bob, allow=["status of 404"])
    await page.goto("/join#nothing")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("alert")).to_be_visible()


async def with_member(ada: PainterAccount, bob: PainterAccount, role: str, **fields: Any) -> dict[str, Any]:
    canvas = await new_canvas(ada, **fields)
    status, _ = await ada.call("PUT", f"/canvases/{canvas['id']}/members/{bob.id}", json={"role": role})
    assert status == 204
    return canvas


async def test_a_removed_member_loses_sight_of_a_private_canvas(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await with_member(ada, bob, "painter", is_public=False)
    page, other = await new_page(ada), await new_page(bob)
    await Stage.open(other, canvas)
    await open_members(page, canvas)
    await page.get_by_role("button", name="Remove").click()
    await expect(other.get_by_text("This canvas was deleted or made private.")).to_be_visible()
    await expect(page.get_by_text("There are no members yet.")).to_be_visible()


async def test_a_viewer_is_offered_nothing_to_paint_until_made_a_painter(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await with_member(ada, bob, "viewer", who_paints="members")
    page = await new_page(bob)
    stage = await Stage.open(page, canvas)
    await page.mouse.click(*await stage.point(10, 10))
    card = page.get_by_role("complementary")
    await expect(card.get_by_text("No one has painted here yet.")).to_be_visible()
    await expect(card.get_by_role("button", name="Paint here")).to_have_count(0)
    await ada.call("PUT", f"/canvases/{canvas['id']}/members/{bob.id}", json={"role": "painter"})
    await expect(card.get_by_role("button", name="Paint here")).to_be_visible()


async def test_a_moderator_of_the_canvas_has_its_settings(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await with_member(ada, bob, "moderator")
    page = await new_page(bob)
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="About this canvas").click()
    await page.get_by_label("The chat is open to").select_option(label="Members only")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.get_by_role("button", name="Delete canvas")).to_have_count(0)
    _, changed = await ada.call("GET", f"/canvases/{canvas['id']}")
    assert changed["chat"] == "members"


async def test_a_canvas_is_handed_over_to_who_accepts_it(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, is_public=False)
    page, other = await new_page(ada), await new_page(bob)
    await open_members(page, canvas)
    await page.get_by_label("Username of the new owner").fill(bob.username)
    await page.get_by_role("button", name="Offer canvas").click()
    await expect(page.get_by_text("Offered to Bob")).to_be_visible()
    await other.goto("/account")
    await other.get_by_role("button", name=f"Accept {canvas['name']}").click()
    await expect(other.get_by_text(f"You own {canvas['name']} now.")).to_be_visible()
    await expect(page.get_by_label("Username of the new owner")).to_have_count(0)
    await expect(page.get_by_text("Offered to Bob")).to_have_count(0)
    await expect(page.get_by_role("link", name="Ada", exact=True)).to_be_visible()


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_members_and_invitations_are_accessible(
    new_page: Windows, new_painter: NewPainter, device: Device, scheme: Scheme
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await with_member(ada, bob, "painter", is_public=False)
    page = await new_page(ada, device=device, scheme=scheme)
    await open_members(page, canvas)
    link = await make_link(page)
    await assert_accessible(page)
    await page.goto(link)
    await page.get_by_role("button", name="Join").wait_for()
    await assert_accessible(page)
