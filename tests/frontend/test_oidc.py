"""Logging in with an account elsewhere, from the first page to the last."""

from __future__ import annotations

import secrets

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Scheme, Windows, assert_accessible
from tests.support.painters import NewPainter

pytestmark = pytest.mark.usefixtures("elsewhere")


def new_name() -> str:
    return f"nova_{secrets.token_hex(4)}"


async def log_in_there(page: Page, name: str) -> None:
    await page.get_by_role("heading", name="Elsewhere").wait_for()
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Log in").click()


async def go_elsewhere(page: Page, path: str = "/login") -> None:
    await page.goto(path)
    await page.get_by_role("link", name="Continue with Elsewhere").click()


async def test_a_newcomer_gets_an_account_by_one_elsewhere_and_logs_in_with_it(new_page: Windows) -> None:
    name = new_name()
    page = await new_page()
    await go_elsewhere(page)
    await log_in_there(page, name)
    await page.get_by_text("Nearly done").wait_for()
    await expect(page.get_by_label("Email address")).to_have_value(f"{name}@elsewhere.test")
    await expect(page.get_by_label("Password")).to_have_count(0)
    await assert_accessible(page)
    await page.get_by_label("Username").fill(name)
    await page.get_by_role("button", name="Create account").click()
    menu = page.get_by_role("button", name=f"Account menu of {name}")
    await menu.click()
    await page.get_by_role("button", name="Log out", exact=True).click()
    await page.get_by_role("link", name="Sign up").wait_for()
    await go_elsewhere(page, "/login?next=/account")
    await expect(menu).to_be_visible()
    await expect(page.get_by_role("heading", name="Account", exact=True)).to_be_visible()


async def test_nothing_secret_stays_in_the_address_or_the_history(new_page: Windows) -> None:
    page = await new_page()
    await go_elsewhere(page)
    await log_in_there(page, new_name())
    await page.get_by_text("Nearly done").wait_for()
    assert "#" not in page.url


async def test_an_artist_links_an_account_logs_in_with_it_and_unlinks_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    # The first tab may ask for something just as the second one logs out.
    page = await new_page(ada, allow=["status of 401"])
    await page.goto("/account")
    await page.get_by_role("button", name="Link Elsewhere").click()
    await log_in_there(page, new_name())
    await page.get_by_text("The account has been linked.").wait_for()
    guest = await page.context.new_page()
    await guest.goto("/")
    await guest.get_by_role("button", name=f"Account menu of {ada.username}").click()
    await guest.get_by_role("button", name="Log out").click()
    await guest.get_by_role("link", name="Sign up").wait_for()
    await go_elsewhere(guest)
    await guest.get_by_role("button", name=f"Account menu of {ada.username}").wait_for()
    await guest.goto("/account")
    await guest.get_by_role("button", name="Unlink Elsewhere").click()
    await expect(guest.get_by_role("button", name="Link Elsewhere")).to_be_visible()


async def test_the_last_way_in_is_kept_and_the_page_says_why(new_page: Windows) -> None:
    name = new_name()
    page = await new_page(allow=["status of 409"])
    await go_elsewhere(page)
    await log_in_there(page, name)
    await page.get_by_label("Username").fill(name)
    await page.get_by_role("button", name="Create account").click()
    await page.get_by_role("button", name=f"Account menu of {name}").wait_for()
    await page.goto("/account")
    await page.get_by_role("button", name="Unlink Elsewhere").click()
    await expect(page.locator("account-identities").get_by_role("alert")).to_contain_text("Choose a password")


async def test_somebody_who_cancels_can_log_in_another_way(new_page: Windows) -> None:
    page = await new_page()
    await go_elsewhere(page)
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("alert")).to_contain_text("cancelled the login")
    await expect(page.get_by_label("Username or email")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_provider_that_is_down_is_named_on_a_page_that_works(
    new_page: Windows, scheme: Scheme
) -> None:
    page = await new_page(scheme=scheme)
    await page.goto("/login")
    await page.get_by_role("link", name="Continue with Nowhere").click()
    await expect(page.get_by_role("alert")).to_contain_text("responding at the moment")
    await assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_linked_accounts_are_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    page = await new_page(await new_painter("ada"), scheme=scheme)
    await page.goto("/account")
    await page.get_by_role("button", name="Link Elsewhere").wait_for()
    await assert_accessible(page)
