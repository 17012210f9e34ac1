"""Another email address: confirmed by a link that was sent to it, and reported to the older one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.auth import PASSWORD, Auth, fields_at_fault, problem
from tests.support.mailbox import Mailbox, token_in

NEW = "ada@new.test"
INVALID = (400, "token_invalid")


@pytest.fixture
async def ada(auth: Auth, mailbox: Mailbox) -> dict[str, Any]:
    return await auth.register("ada")


async def ask(auth: Auth, session: dict[str, Any], email: str = NEW, password: str = PASSWORD) -> Any:
    return await auth.request("PUT", "/auth/email", session, json={"email": email, "password": password})


async def confirm(auth: Auth, token: str) -> Any:
    return await auth.call("POST", "/email/confirm", json={"token": token})


async def test_the_address_changes_once_the_link_sent_to_it_is_opened(
    auth: Auth, ada: dict[str, Any], mailbox: Mailbox
) -> None:
    assert (await ask(auth, ada)).status == 202
    mail = await mailbox.wait_for_mail("change_email")
    assert mail["To"] == NEW
    assert (await auth.get("/auth/me", ada))["email"] == "ada@mail.test"
    assert (await confirm(auth, token_in(mail))).status == 204
    account = await auth.get("/auth/me", ada)
    assert (account["email"], account["email_verified"]) == (NEW, True)
    assert (await auth.login(NEW)).status == 200
    assert (await auth.login("ada@mail.test")).status == 401


async def test_the_older_address_hears_of_the_request_and_of_the_change(
    auth: Auth, ada: dict[str, Any], mailbox: Mailbox
) -> None:
    await ask(auth, ada)
    assert (await mailbox.wait_for_mail("email_change_requested"))["To"] == "ada@mail.test"
    await confirm(auth, token_in(await mailbox.wait_for_mail("change_email")))
    assert (await mailbox.wait_for_mail("email_changed"))["To"] == "ada@mail.test"


async def test_a_wrong_password_changes_nothing(auth: Auth, ada: dict[str, Any], mailbox: Mailbox) -> None:
    assert await problem(await ask(auth, ada, password="a wrong one")) == (403, "bad_credentials")
    assert mailbox.mails("change_email") == []


async def test_the_current_address_is_refused(auth: Auth, ada: dict[str, Any]) -> None:
    assert await fields_at_fault(await ask(auth, ada, "ADA@mail.test")) == {"body.email"}


async def test_an_address_that_somebody_else_has_by_then_is_refused(
    auth: Auth, ada: dict[str, Any], mailbox: Mailbox
) -> None:
    await ask(auth, ada)
    token = token_in(await mailbox.wait_for_mail("change_email"))
    await auth.register("bob", email=NEW)
    assert await problem(await confirm(auth, token)) == (409, "email_taken")
    assert (await auth.get("/auth/me", ada))["email"] == "ada@mail.test"


async def test_of_eight_uses_of_the_link_at_once_one_succeeds(
    auth: Auth, ada: dict[str, Any], mailbox: Mailbox
) -> None:
    await ask(auth, ada)
    token = token_in(await mailbox.wait_for_mail("change_email"))
    responses = await asyncio.gather(*(confirm(auth, token) for _ in range(8)))
    assert sorted(response.status for response in responses) == [204] + [400] * 7


async def test_a_link_to_reset_the_password_that_the_older_address_has_becomes_void(
    auth: Auth, ada: dict[str, Any], mailbox: Mailbox
) -> None:
    await auth.call("POST", "/reset-password", json={"email": "ada@mail.test"})
    reset = await mailbox.token("reset_password")
    await ask(auth, ada)
    await confirm(auth, token_in(await mailbox.wait_for_mail("change_email")))
    body = {"token": reset, "new_password": "another-teapot-50"}
    assert await problem(await auth.call("POST", "/confirm-password-reset", json=body)) == INVALID


async def test_the_token_of_another_mail_changes_no_address(
    auth: Auth, ada: dict[str, Any], mailbox: Mailbox
) -> None:
    assert await problem(await confirm(auth, await mailbox.token("confirm_email"))) == INVALID
