"""Who comes in, as admins decide it in the panel and as newcomers meet it."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.support.browser import Scheme, Windows, assert_accessible, dialog, log_in
from tests.support.painters import NewPainter, PainterAccount

PASSWORD = "quilt-harbour-91-moss"


@pytest_asyncio.fixture(loop_scope="session")
async def keeper(admin: PainterAccount) -> AsyncIterator[PainterAccount]:
    """The admin; afterwards the site is open again for the other tests."""
    yield admin
    await admin.call(
        "PUT",
        "/admin/settings",
        json={"registration": "open", "challenge": "auto", "second_factor": "optional"},
    )


async def set_registration(page: Page, mode: str) -> None:
    await page.goto("/admin/settings")
    await page.get_by_role("radio", name=mode).check()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("The settings apply now").wait_for()


async def fill_in(page: Page) -> str:
    username = f"nova_{secrets.token_hex(4)}"
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Email address").fill(f"{username}@example.org")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    return username


async def test_a_closed_site_says_so_instead_of_showing_a_form(
    new_page: Windows, keeper: PainterAccount
) -> None:
    await set_registration(await new_page(keeper), "Closed")
    guest = await new_page()
    await guest.goto("/register")
    await guest.get_by_text("accepting new accounts").wait_for()
    await expect(guest.get_by_role("button", name="Create account")).to_have_count(0)


async def test_the_link_of_an_invitation_brings_somebody_in_whom_the_admin_then_sees(
    new_page: Windows, keeper: PainterAccount
) -> None:
    desk = await new_page(keeper)
    await set_registration(desk, "By invitation")
    await desk.goto("/admin/invitations")
    await desk.get_by_role("button", name="Create invitation").click()
    shown = dialog(desk, "New invitation")
    link = await shown.get_by_role("link").get_attribute("href")
    assert link is not None

    guest = await new_page()
    await guest.goto(link)
    username = await fill_in(guest)
    await guest.get_by_role("button", name="Create account").click()
    await guest.get_by_role("button", name=f"Account menu of {username}").wait_for()

    await desk.reload()
    await (
        desk.get_by_role("row")
        .filter(has_text="1 of 1")
        .get_by_role("button", name="Who joined")
        .first.click()
    )
    await dialog(desk, "Who joined").get_by_role("link", name=username).wait_for()


async def test_a_wrong_code_is_reported_at_its_field(new_page: Windows, keeper: PainterAccount) -> None:
    await set_registration(await new_page(keeper), "By invitation")
    guest = await new_page(allow=["status of 403"])
    await guest.goto("/register")
    await guest.get_by_label("Invitation code").fill("ABCD-2345-EFGH-6789")
    await fill_in(guest)
    await guest.get_by_role("button", name="Create account").click()
    await expect(guest.get_by_label("Invitation code")).to_have_accessible_description(
        re.compile("This invitation code")
    )


async def test_a_browser_solves_the_challenge_by_itself(new_page: Windows, keeper: PainterAccount) -> None:
    await keeper.call("PUT", "/admin/settings", json={"challenge": "always"})
    guest = await new_page()
    await guest.goto("/register")
    await guest.get_by_text("your browser will compute").wait_for()
    username = await fill_in(guest)
    await guest.get_by_role("button", name="Create account").click()
    await guest.get_by_role("button", name=f"Account menu of {username}").wait_for()


async def test_a_challenge_that_became_required_meanwhile_is_solved_as_well(
    new_page: Windows, keeper: PainterAccount
) -> None:
    guest = await new_page(allow=["status of 422"])
    await guest.goto("/register")
    username = await fill_in(guest)
    await keeper.call("PUT", "/admin/settings", json={"challenge": "always"})
    await guest.get_by_role("button", name="Create account").click()
    await guest.get_by_role("button", name=f"Account menu of {username}").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("section", ["settings", "invitations"])
async def test_the_sections_about_who_comes_in_are_accessible(
    new_page: Windows, keeper: PainterAccount, scheme: Scheme, section: str
) -> None:
    await keeper.call("POST", "/admin/invitations", json={})
    page = await new_page(keeper, scheme=scheme)
    await page.goto(f"/admin/{section}")
    await page.get_by_role("main").get_by_role("button").first.wait_for()
    await assert_accessible(page)


async def set_up_app(page: Page) -> pyotp.TOTP:
    """Set up an authenticator app on the account page."""
    await page.goto("/account")
    await page.get_by_role("button", name="Set up an app").click()
    await page.get_by_role("img", name="QR code").wait_for()
    secret = await page.locator("account-second-factor code").text_content()
    assert secret is not None
    app = pyotp.TOTP(secret)
    await page.get_by_label("Code", exact=True).fill(app.now())
    await page.get_by_role("button", name="Switch on").click()
    await page.get_by_text("10 recovery codes are left").wait_for()
    return app


async def test_the_code_to_scan_is_a_picture_that_the_browser_can_draw(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    await page.goto("/account")
    await page.get_by_role("button", name="Set up an app").click()
    code = page.get_by_role("img", name="QR code")
    await code.evaluate("picture => picture.decode()")
    assert await code.evaluate("picture => picture.naturalWidth") > 0


async def test_an_app_that_was_set_up_is_asked_for_at_the_next_login(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    app = await set_up_app(page)
    guest = await new_page(allow=["status of 401"])
    await guest.goto("/login")
    await log_in(guest, ada.username, ada.password)
    code = guest.get_by_label("Code", exact=True)
    await code.fill("000000")
    await guest.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    await guest.get_by_role("alert").get_by_text("The code is wrong").wait_for()
    await code.fill(app.generate_otp(app.timecode(datetime.now(UTC)) + 1))
    await guest.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    await guest.get_by_role("button", name=f"Account menu of {ada.username}").wait_for()


async def test_a_recovery_code_logs_in_without_the_app(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await set_up_app(page)
    recovery = await page.locator("account-second-factor li code").first.text_content()
    assert recovery is not None
    guest = await new_page(allow=["status of 401"])
    await guest.goto("/login")
    await log_in(guest, ada.username, ada.password)
    await guest.get_by_label("Code", exact=True).fill(recovery)
    await guest.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    await guest.get_by_role("button", name=f"Account menu of {ada.username}").wait_for()


async def test_a_token_for_a_bot_is_shown_once_and_can_be_revoked(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await page.goto("/account")
    await page.get_by_label("Name", exact=True).fill("Painter")
    await page.get_by_role("button", name="Create token").click()
    token = await dialog(page, "New token").locator("code").text_content()
    status, grant = await ada.call(
        "POST", "/auth/token", json={"grant_type": "urn:tessera:token", "token": token}
    )
    assert (status, grant["scope"]) == (200, "paint read")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Revoke Painter").click()
    await page.get_by_text("The token has been revoked").wait_for()
    await expect(page.get_by_role("button", name="Revoke Painter")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_setting_up_an_app_is_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    page = await new_page(await new_painter("ada"), scheme=scheme)
    await page.goto("/account")
    await page.get_by_role("button", name="Set up an app").click()
    await page.get_by_role("img", name="QR code").wait_for()
    await assert_accessible(page)
