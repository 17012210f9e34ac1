"""Accounts in the browser, from the first to the last day."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import sys
import zipfile
from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page, expect

from deploy.stack.state_dir import REPOSITORY
from tests.support.browser import Scheme, Windows, assert_accessible, log_in, settle
from tests.support.mailbox import link_for
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stack import Stack
from tests.support.waiting import poll_until

PASSWORD = "quilt-harbour-91-moss"
NEW_PASSWORD = "lantern-pebble-17-tide"


@dataclass
class Newcomer:
    username: str

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


@pytest.fixture
def newcomer() -> Newcomer:
    return Newcomer(f"nova_{secrets.token_hex(4)}")


async def sign_up(page: Page, who: Newcomer, path: str = "/register") -> None:
    await page.goto(path)
    await page.get_by_label("Username").fill(who.username)
    await page.get_by_label("Email address").fill(who.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await expect(menu(page, who.username)).to_be_visible()


async def reset_by_operator(site: Stack, username: str) -> str:
    """Let the operator of the stack reset a password, and return the one-time password."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy", "exec", "auth", "reset-password", username),
        env={**os.environ, "TESSERA_VAR": str(site.var)},
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return str(json.loads(printed)["password"])


def menu(page: Page, username: str) -> Locator:
    return page.get_by_role("button", name=f"Account menu of {username}")


async def test_a_new_account_is_signed_in_and_stays_signed_in_after_a_reload(
    new_page: Windows, newcomer: Newcomer
) -> None:
    page = await new_page()
    await sign_up(page, newcomer)
    await page.reload()
    await expect(menu(page, newcomer.username)).to_be_visible()


async def test_scripts_cannot_read_the_refresh_token(new_page: Windows, newcomer: Newcomer) -> None:
    page = await new_page()
    await sign_up(page, newcomer)
    kept = await page.evaluate(
        "() => [document.cookie, JSON.stringify({...localStorage, ...sessionStorage})].join()"
    )
    assert kept == ',{"tessera-signed-in":"1"}'


async def test_a_taken_username_is_reported_at_its_field(
    new_page: Windows, new_painter: NewPainter, newcomer: Newcomer
) -> None:
    ada = await new_painter("ada")
    page = await new_page(allow=["status of 409"])
    await page.goto("/register")
    await page.get_by_label("Username").fill(ada.username)
    await page.get_by_label("Email address").fill(newcomer.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    field = page.get_by_label("Username")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(re.compile("This username is taken"))


async def test_the_browser_says_which_usernames_it_does_not_send(new_page: Windows) -> None:
    page = await new_page()
    await page.goto("/register")
    username = page.get_by_label("Username")
    await username.fill("_ada")
    assert await username.evaluate("input => input.validity.patternMismatch")
    # Browsers add the title to what they say about a pattern.
    await expect(username).to_have_attribute("title", re.compile("underscores only between"))


async def test_what_the_server_refuses_is_told_in_the_readers_language(
    new_page: Windows, newcomer: Newcomer
) -> None:
    page = await new_page(locale="de-DE", allow=["status of 422"])
    await page.goto("/register")
    await page.get_by_label("Benutzername").fill(newcomer.username)
    await page.get_by_label("E-Mail-Adresse").fill(f"{newcomer.username}@example.org")
    password = page.get_by_label("Passwort", exact=True)
    await password.fill("password123")
    await page.get_by_role("button", name="Konto anlegen").click()
    await expect(password).to_have_accessible_description(re.compile("eines der häufigsten Passwörter"))


async def test_what_no_field_of_a_form_can_tell_is_told_below_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"), allow=["status of 422"])
    fault = {"loc": ["body", "expires_at"], "msg": "must be in the future", "code": "in_past", "limit": None}
    problem = {"status": 422, "code": "invalid", "detail": "invalid", "errors": [fault]}
    await page.route(
        "**/api/v1/auth/tokens",
        lambda route: (
            route.fulfill(status=422, json=problem, content_type="application/problem+json")
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    await page.goto("/account")
    await page.get_by_label("Name", exact=True).fill("Painter")
    await page.get_by_role("button", name="Create token").click()
    await expect(page.get_by_role("alert")).to_contain_text("body.expires_at")


async def test_the_mailed_link_confirms_the_address_and_leaves_no_token_in_the_url(
    new_page: Windows, newcomer: Newcomer, site: Stack
) -> None:
    page = await new_page()
    await sign_up(page, newcomer)
    await page.goto(await link_for(site.var / "mail", newcomer.email, "confirm-email"))
    await expect(page.get_by_text("Your email address is confirmed")).to_be_visible()
    assert page.url == f"{site.url}/"
    await page.get_by_role("link", name="Account").click()
    await expect(page.get_by_role("main")).to_contain_text(f"{newcomer.email} confirmed")


async def test_a_forgotten_password_is_reset_by_mail(
    new_page: Windows, new_painter: NewPainter, site: Stack
) -> None:
    ada = await new_painter("ada")
    page = await new_page()
    await page.goto("/login")
    await page.get_by_role("button", name="Forgot your password?").click()
    await page.get_by_label("Email address").fill(f"{ada.username}@example.org")
    await page.get_by_role("button", name="Send link").click()
    await expect(page.get_by_text("sent an email with a link")).to_be_visible()
    await page.goto(await link_for(site.var / "mail", f"{ada.username}@example.org", "reset-password"))
    await page.get_by_label("New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await log_in(page, ada.username, NEW_PASSWORD)
    await expect(menu(page, ada.username)).to_be_visible()


async def test_a_wrong_password_shows_a_readable_error(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(allow=["status of 401"])
    await page.goto("/login")
    await log_in(page, ada.username, "not-the-password")
    await expect(page.get_by_role("alert")).to_contain_text("Wrong username or password.")


async def test_a_one_time_password_is_replaced_before_it_opens_a_session(
    new_page: Windows, new_painter: NewPainter, site: Stack
) -> None:
    ada = await new_painter("ada")
    one_time = await reset_by_operator(site, ada.username)
    page = await new_page(allow=["status of 403"])
    await page.goto("/login")
    await log_in(page, ada.username, one_time)
    await expect(page.get_by_text("This password works only once")).to_be_visible()
    field = page.get_by_label("New password")
    await expect(field).to_be_focused()
    await field.fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Set password").click()
    await expect(menu(page, ada.username)).to_be_visible()


async def test_a_login_returns_to_the_page_that_required_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page()
    await page.goto("/account")
    await expect(page).to_have_url(re.compile("/login"))
    await log_in(page, ada.username, ada.password)
    await expect(page).to_have_url(re.compile("/account$"))


async def test_a_changed_profile_is_visible_to_others(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await page.goto("/account")
    await page.get_by_label("Display name").fill("Ada L.")
    await page.get_by_label("About you").fill("<b>engines</b>")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    guest = await new_page()
    await guest.goto(f"/artist/{ada.username}")
    await expect(guest.get_by_role("heading", level=1, name="Ada L.")).to_be_visible()
    await expect(guest.get_by_text("<b>engines</b>")).to_be_visible()


async def test_another_session_can_be_ended_from_the_list(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await page.goto("/account")
    other = await new_page(allow=["status of 401"])
    await other.goto("/login")
    await log_in(other, ada.username, ada.password)
    await expect(menu(other, ada.username)).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="End session").click()
    await expect(page.get_by_text("The session has ended.")).to_be_visible()
    await other.reload()
    await expect(other.get_by_role("link", name="Sign up")).to_be_visible()


async def test_changing_the_password_requires_the_current_one(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, allow=["status of 40[13]"])
    await page.goto("/account")
    current = page.get_by_label("Current password")
    await current.fill("not-the-password")
    await page.get_by_label("New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await expect(current).to_have_accessible_description("Wrong password.")
    await current.fill(ada.password)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Your password has been changed")).to_be_visible()
    await expect(menu(page, ada.username)).to_be_visible()


async def test_a_logout_reaches_the_other_tab(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    # The other tab may learn it first from its stream of notices, which ends and is refused.
    page = await new_page(ada, allow=["status of 401"])
    await page.goto("/")
    await expect(menu(page, ada.username)).to_be_visible()
    tab = await page.context.new_page()
    await tab.goto("/")
    await expect(menu(tab, ada.username)).to_be_visible()
    await menu(page, ada.username).click()
    await page.get_by_role("button", name="Log out").click()
    await expect(tab.get_by_role("link", name="Sign up")).to_be_visible()


async def test_deleting_an_account_requires_its_name_and_password(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, allow=["status of 401"])
    await page.goto("/account")
    await page.get_by_role("button", name="Delete my account").click()
    dialog = page.locator("account-deletion")
    name = dialog.get_by_label("Type your username")
    await name.fill("somebody else")
    await dialog.get_by_label("Password", exact=True).fill(ada.password)
    await dialog.get_by_role("button", name="Delete permanently").click()
    await expect(name).to_have_accessible_description(re.compile("your username"))
    await name.fill(ada.username)
    await dialog.get_by_role("button", name="Delete permanently").click()
    await expect(page.get_by_text("Your account has been deleted.")).to_be_visible()
    await page.goto("/login")
    await log_in(page, ada.username, ada.password)
    await expect(page.get_by_role("alert")).to_contain_text("Wrong username or password.")


async def test_an_artist_who_leaves_can_offer_the_canvases_to_somebody_else(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    draft = {"name": "A wall to leave", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
    _, canvas = await ada.call("POST", "/canvases", json=draft)
    page = await new_page(ada, allow=["status of 404"])
    await page.goto("/account")
    await page.get_by_role("button", name="Delete my account").click()
    dialog = page.locator("account-deletion")
    await dialog.get_by_role("radio", name="Someone else").check()
    heir = dialog.get_by_label("Username of the new owner")
    await heir.fill("nobody_of_that_name")
    await dialog.get_by_label("Type your username").fill(ada.username)
    await dialog.get_by_label("Password", exact=True).fill(ada.password)
    await assert_accessible(page)
    await dialog.get_by_role("button", name="Delete permanently").click()
    await expect(heir).to_have_accessible_description(re.compile("no artist with this name"))
    await heir.fill(ben.username)
    await dialog.get_by_role("button", name="Delete permanently").click()
    await expect(page.get_by_text("Your account has been deleted.")).to_be_visible()

    async def offered() -> list[int]:
        return [one["canvas_id"] for one in (await ben.call("GET", "/canvases/offers"))[1]["items"]]

    assert await poll_until(offered, [canvas["id"]]) == [canvas["id"]]


async def test_an_artist_downloads_what_the_site_knows(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    draft = {"name": "A wall to keep", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
    await ada.call("POST", "/canvases", json=draft)
    page = await new_page(ada)
    await page.goto("/account")
    await page.get_by_role("button", name="Request my data").click()
    async with page.expect_download() as coming:
        await page.get_by_role("button", name="Download").click()
    with zipfile.ZipFile(await (await coming.value).path()) as archive:
        assert ada.username.encode() in archive.read("account/account.jsonl")
        assert ada.username.encode() in archive.read("profile/profile.jsonl")
        assert b"A wall to keep" in archive.read("pictures/canvases.jsonl")


async def test_an_artist_can_be_followed_and_unfollowed(new_page: Windows, new_painter: NewPainter) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    page = await new_page(ada)
    await page.goto(f"/artist/{ben.username}")
    await page.get_by_role("button", name="Follow", exact=True).click()
    await expect(page.get_by_role("button", name="Unfollow")).to_be_visible()
    await page.get_by_role("tab", name="Followers").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text(ada.username)
    await page.reload()
    await page.get_by_role("button", name="Unfollow").click()
    await expect(page.get_by_role("button", name="Follow", exact=True)).to_be_visible()


async def test_signing_up_works_with_the_keyboard_alone(new_page: Windows, newcomer: Newcomer) -> None:
    page = await new_page()
    await page.goto("/")
    await expect(page.get_by_role("link", name="Sign up")).to_be_visible()
    await press_until(page, "Sign up")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Sign up")).to_be_focused()
    for text in (newcomer.username, newcomer.email, PASSWORD):
        await page.keyboard.press("Tab")
        await page.keyboard.type(text)
    await page.keyboard.press("Enter")
    await expect(menu(page, newcomer.username)).to_be_visible()


async def press_until(page: Page, name: str) -> None:
    """Press Tab until what has the focus reads like that."""
    focused = """() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.textContent.trim();
    }"""
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await page.evaluate(focused) == name:
            return
    raise AssertionError(f"Tab does not lead to {name}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/login", "/register", "/account", "/artist/{}", "/nowhere"])
async def test_every_account_page_is_accessible(
    new_page: Windows, new_painter: NewPainter, path: str, scheme: Scheme
) -> None:
    ada: PainterAccount = await new_painter("ada")
    page = await new_page(ada, scheme=scheme, allow=["nowhere"])
    await page.goto(path.format(ada.username))
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await settle(page)
    await assert_accessible(page)
