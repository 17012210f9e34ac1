"""The bell in the header: notices as they happen, read on all devices."""

from __future__ import annotations

import aiohttp
import pytest
from playwright.async_api import expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import new_canvas, new_tile


async def test_a_like_rings_the_bell_of_an_open_page(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 1, 2)
    page = await new_page(ada)
    await page.goto("/")
    await expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()
    assert (await bob.call("POST", f"/tiles/{tile['id']}/like"))[0] in (200, 201)
    await page.get_by_role("button", name="Notices (1 new)").click()
    await page.get_by_role("link", name="Bob likes your tile.").click()
    await expect(page.get_by_role("complementary")).to_be_visible()
    await expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()


async def test_what_is_read_is_read_after_a_reload(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    await bob.call("PUT", f"/users/{ada.id}/follow")
    page = await new_page(ada)
    await page.goto("/")
    await page.get_by_role("button", name="Notices (1 new)").click()
    await expect(page.get_by_role("link", name="Bob follows you.")).to_be_visible()
    await expect(page.get_by_role("button", name="Notices", exact=True)).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Notices", exact=True).click()
    await expect(page.get_by_role("link", name="Bob follows you.")).to_be_visible()


async def test_a_kind_that_is_switched_off_is_off_on_all_devices(
    new_page: Windows, new_painter: NewPainter, http: aiohttp.ClientSession
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await page.goto("/")
    await page.get_by_role("button", name="Notices", exact=True).click()
    await page.get_by_role("link", name="Choose what").click()
    likes = page.get_by_role("checkbox", name="Likes of my tiles")
    await expect(likes).to_be_checked()
    async with page.expect_response("**/users/notices/settings"):
        await likes.uncheck()
    elsewhere = await PainterAccount.log_in(http, ada.username, ada.password)
    phone = await new_page(elsewhere, device="phone")
    await phone.goto("/account")
    await expect(phone.get_by_role("checkbox", name="Likes of my tiles")).not_to_be_checked()
    await expect(phone.get_by_role("checkbox", name="New followers")).to_be_checked()


async def test_a_guest_has_no_bell(new_page: Windows) -> None:
    page = await new_page()
    await page.goto("/")
    await page.get_by_role("link", name="Log in").wait_for()
    await expect(page.get_by_role("button", name="Notices")).to_have_count(0)


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_list_of_notices_is_accessible(
    new_page: Windows, new_painter: NewPainter, device: Device, scheme: Scheme
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    await bob.call("PUT", f"/users/{ada.id}/follow")
    page = await new_page(ada, device=device, scheme=scheme)
    await page.goto("/")
    await page.get_by_role("button", name="Notices (1 new)").click()
    await page.get_by_role("link", name="Bob follows you.").wait_for()
    await assert_accessible(page)
