"""Passkeys in Chromium, whose virtual authenticator makes and uses them as a phone or a security key does."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from playwright.async_api import CDPSession, Page, Route, expect

from tests.support.browser import Scheme, Windows, assert_accessible, dialog, log_in
from tests.support.painters import NewPainter, PainterAccount

_ASSERTION = """async () => {
  const { usePasskey } = await import(document.querySelector("script[type=module]").src
    .replace(/main\\.js$/, "model/passkeys.js"));
  const response = await fetch("/api/v1/auth/passkeys/login/options", {
    method: "POST", headers: { "Content-Type": "application/json" }, body: "{}",
  });
  return usePasskey((await response.json()).options);
}"""


_CANCELS = """() => {
  navigator.credentials.create = async () => {
    throw new DOMException("The operation either timed out or was not allowed.", "NotAllowedError");
  };
}"""
"""What a browser does whose owner closes its dialog, which no test can reach."""


async def add_authenticator(
    page: Page, *, verifies: bool = True, keeps: bool = True
) -> tuple[CDPSession, str]:
    """Plug in a device that recognises its owner or cannot, and keeps passkeys or only uses those named."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    made = await devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": keeps,
                "hasUserVerification": verifies,
                "isUserVerified": verifies,
            }
        },
    )
    return devtools, made["authenticatorId"]


async def add_passkey(page: Page, name: str = "Phone") -> None:
    await page.goto("/account")
    await page.get_by_label("Name of the device").fill(name)
    await page.get_by_role("button", name="Add passkey").click()
    await page.get_by_role("button", name=f"Remove {name}").wait_for()


async def move_passkeys(source: tuple[CDPSession, str], target: tuple[CDPSession, str]) -> None:
    """Give the passkeys of one device to another, as a cloud does."""
    devtools, device = source
    kept = await devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})
    for credential in kept["credentials"]:
        await target[0].send(
            "WebAuthn.addCredential", {"authenticatorId": target[1], "credential": credential}
        )


async def wait_for_a_second_only(page: Page) -> None:
    """Let the browser wait for a device for a second, instead of the minute that auth proposes."""

    async def shorten(route: Route) -> None:
        response = await route.fetch()
        proposed = await response.json()
        proposed["options"]["timeout"] = 1000
        await route.fulfill(response=response, json=proposed)

    await page.route("**/api/v1/auth/passkeys/login/options", shorten)


async def use_passkey(page: Page) -> None:
    await page.get_by_role("main").get_by_role("button", name="Use a passkey").click()


def menu(page: Page, painter: PainterAccount) -> Any:
    return page.get_by_role("button", name=f"Account menu of {painter.username}")


async def test_a_passkey_logs_in_without_a_password(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    device = await add_authenticator(page)
    await add_passkey(page)
    guest = await new_page()
    await move_passkeys(device, await add_authenticator(guest))
    await guest.goto("/login")
    await use_passkey(guest)
    await menu(guest, ada).wait_for()


async def test_a_passkey_is_the_second_factor_after_the_password(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    device = await add_authenticator(page, verifies=False)
    await add_passkey(page)
    guest = await new_page(allow=["status of 401"])
    await move_passkeys(device, await add_authenticator(guest, verifies=False))
    await guest.goto("/login")
    await log_in(guest, ada.username, ada.password)
    await guest.get_by_label("Code", exact=True).wait_for()
    await use_passkey(guest)
    await menu(guest, ada).wait_for()


async def test_a_device_that_does_not_verify_its_owner_is_not_enough_alone(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    device = await add_authenticator(page)
    await add_passkey(page)
    guest = await new_page(allow=["status of 401"])
    await move_passkeys(device, await add_authenticator(guest, verifies=False))
    await wait_for_a_second_only(guest)
    await guest.goto("/login")
    await use_passkey(guest)
    await guest.get_by_role("alert").get_by_text("asks for a PIN, your face or a fingerprint").wait_for()


async def test_who_does_not_pass_the_check_of_the_device_is_told_what_to_do(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    device = await add_authenticator(page)
    await add_passkey(page)
    guest = await new_page()
    devtools, other = await add_authenticator(guest)
    await move_passkeys(device, (devtools, other))
    await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": other, "isUserVerified": False})
    await guest.goto("/login")
    await use_passkey(guest)
    await guest.get_by_role("alert").get_by_text("No passkey was used").wait_for()


async def test_who_cancels_a_new_passkey_is_told_that_none_was_added(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    await page.goto("/account")
    await page.evaluate(_CANCELS)
    await page.get_by_label("Name of the device").fill("Phone")
    await page.get_by_role("button", name="Add passkey").click()
    await page.get_by_role("alert").get_by_text("No passkey was added").wait_for()


async def test_a_device_that_has_a_passkey_says_so_instead_of_making_another(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    await add_authenticator(page)
    await add_passkey(page)
    await page.get_by_label("Name of the device").fill("The same phone")
    await page.get_by_role("button", name="Add passkey").click()
    await page.get_by_role("alert").get_by_text("already has a passkey").wait_for()


async def test_a_security_key_that_keeps_no_passkeys_confirms_a_session(
    new_page: Windows, new_painter: NewPainter, http: aiohttp.ClientSession
) -> None:
    ada = await new_painter("ada")
    elsewhere = await PainterAccount.log_in(http, ada.username, ada.password)
    page = await new_page(ada)
    key = await add_authenticator(page, keeps=False)
    await add_passkey(page, "Key")
    other = await new_page(elsewhere, allow=["status of 403"])
    await move_passkeys(key, await add_authenticator(other, keeps=False))
    await other.goto("/account")
    await other.get_by_role("button", name="Remove Key").click()
    await dialog(other, "Is it you?").get_by_role("button", name="Use a passkey").click()
    await expect(other.get_by_role("button", name="Remove Key")).to_have_count(0)


async def test_an_assertion_logs_in_once(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await add_authenticator(page)
    await add_passkey(page)
    assertion = await page.evaluate(_ASSERTION)
    first = await ada.call("POST", "/auth/passkeys/login", json={"assertion": assertion})
    assert (first[0], first[1]["account"]["id"]) == (200, ada.id)
    again = await ada.call("POST", "/auth/passkeys/login", json={"assertion": assertion})
    assert (again[0], again[1]["code"]) == (401, "bad_passkey")


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
async def test_an_assertion_that_was_changed_proves_nothing(
    new_page: Windows, new_painter: NewPainter, part: str
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await add_authenticator(page)
    await add_passkey(page)
    assertion = await page.evaluate(_ASSERTION)
    assertion["response"][part] = assertion["response"][part][:-8] + "AAAAAAAA"
    status, answer = await ada.call("POST", "/auth/passkeys/login", json={"assertion": assertion})
    assert (status, answer["code"]) == (401, "bad_passkey")


async def test_the_passkey_of_somebody_else_does_not_confirm_a_session(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, eve = await new_painter("ada"), await new_painter("eve")
    page = await new_page(ada)
    await add_authenticator(page)
    await add_passkey(page)
    assertion = await page.evaluate(_ASSERTION)
    status, answer = await eve.call("POST", "/auth/confirm", json={"assertion": assertion})
    assert (status, answer["code"]) == (403, "bad_code")


async def test_the_first_passkey_comes_with_recovery_codes_which_end_with_the_last(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await add_authenticator(page)
    await add_passkey(page)
    await expect(page.locator("account-passkeys code")).to_have_count(10)
    await page.get_by_role("button", name="Remove Phone").click()
    await expect(page.get_by_role("button", name="Remove Phone")).to_have_count(0)
    login = {"username": ada.username, "password": ada.password}
    assert (await ada.call("POST", "/auth/login", json=login))[0] == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_account_page_with_a_passkey_is_accessible(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    page = await new_page(await new_painter("ada"), scheme=scheme)
    await add_authenticator(page)
    await add_passkey(page)
    await assert_accessible(page)
