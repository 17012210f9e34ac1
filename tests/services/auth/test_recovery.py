"""Confirming an email address, and resetting the password by mail."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from tests.support.auth import PASSWORD, Auth, fields_at_fault, problem
from tests.support.mailbox import Mailbox, body

NEW = "brand-new-teapot-50"


async def request_mail(auth: Auth, what: str, email: str) -> None:
    response = await auth.call("POST", f"/{what}", json={"email": email})
    assert (response.status, await response.read()) == (202, b"")


async def confirm_reset(auth: Auth, token: str, password: str = NEW) -> int:
    body = {"token": token, "new_password": password}
    return (await auth.call("POST", "/confirm-password-reset", json=body)).status


async def confirm_email(auth: Auth, token: str) -> int:
    return (await auth.call("POST", "/confirm-email", json={"token": token})).status


def published_types(auth: Auth) -> list[str]:
    rows = auth.rows("SELECT routing_key FROM outbox ORDER BY id")
    return [key.rpartition(".")[0] for (key,) in rows]


async def test_registering_sends_a_mail_that_confirms_the_address_once(auth: Auth, mailbox: Mailbox) -> None:
    session = await auth.register("ada", email="ada@mail.test")
    message = await mailbox.wait_for_mail("confirm_email")
    assert message["To"] == "ada@mail.test"
    assert "Hello ada" in body(message, "plain")
    assert "Hello ada" in body(message, "html")
    token = await mailbox.token("confirm_email")
    assert await confirm_email(auth, token) == 204
    me = await (await auth.call("GET", "/me", token=session["access_token"])).json()
    assert me["email_verified"] is True
    response = await auth.call("POST", "/confirm-email", json={"token": token})
    assert await problem(response) == (400, "token_invalid")


async def test_a_confirmation_is_published(auth: Auth, mailbox: Mailbox) -> None:
    session = await auth.register("ada")
    token = await mailbox.token("confirm_email")
    auth.rows("CREATE TABLE published AS SELECT payload FROM outbox WITH NO DATA")
    auth.rows("CREATE RULE keep AS ON INSERT TO outbox DO ALSO INSERT INTO published VALUES (NEW.payload)")
    try:
        await confirm_email(auth, token)
        [(payload,)] = auth.rows("SELECT payload FROM published")
    finally:
        auth.rows("DROP RULE keep ON outbox; DROP TABLE published")
    message = json.loads(payload)
    assert message["type"] == "account.verified"
    assert message["data"] == {"account_id": session["account"]["id"], "username": "ada", "version": 1}


async def test_a_newer_mail_invalidates_the_older(auth: Auth, mailbox: Mailbox) -> None:
    await auth.register("ada", email="ada@mail.test")
    first = await mailbox.token("confirm_email")
    await request_mail(auth, "verify-email", "ADA@mail.test")
    second = await mailbox.token("confirm_email", 2)
    assert await confirm_email(auth, first) == 400
    assert await confirm_email(auth, second) == 204


async def test_a_confirmed_address_receives_no_further_confirmation_mail(
    auth: Auth, mailbox: Mailbox
) -> None:
    await auth.register("ada", email="ada@mail.test")
    await confirm_email(auth, await mailbox.token("confirm_email"))
    await request_mail(auth, "verify-email", "ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    await mailbox.wait_for_mail("reset_password")
    assert len(mailbox.mails("confirm_email")) == 1


async def test_a_reset_sets_the_password_and_ends_every_session(auth: Auth, mailbox: Mailbox) -> None:
    session = await auth.register("ada", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    assert await confirm_reset(auth, await mailbox.token("reset_password")) == 204
    assert (await auth.login("ada", PASSWORD)).status == 401
    assert (await auth.refresh(session["refresh_token"])).status == 401
    assert (await auth.login("ada", NEW)).status == 200
    assert "Your password was changed" in (await mailbox.wait_for_mail("password_changed"))["Subject"]


async def test_a_reset_revokes_the_tokens_of_the_account(auth: Auth, mailbox: Mailbox) -> None:
    session = await auth.register("ada", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    await confirm_reset(auth, await mailbox.token("reset_password"))
    assert auth.rows("SELECT account_id, session_id FROM revocations") == [(session["account"]["id"], None)]


async def test_of_parallel_uses_of_a_token_one_succeeds(auth: Auth, mailbox: Mailbox) -> None:
    await auth.register("ada", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    token = await mailbox.token("reset_password")
    statuses = await asyncio.gather(*(confirm_reset(auth, token, f"{NEW}-{n}") for n in range(6)))
    assert sorted(statuses) == [204] + [400] * 5


async def test_a_refused_password_does_not_use_up_the_token(auth: Auth, mailbox: Mailbox) -> None:
    await auth.register("ada_lovelace", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    token = await mailbox.token("reset_password")
    for bad in ("password1", "xx-ada_lovelace-xx", "short"):
        response = await auth.call(
            "POST", "/confirm-password-reset", json={"token": token, "new_password": bad}
        )
        assert await fields_at_fault(response) == {"body.new_password"}
    assert await confirm_reset(auth, token) == 204


@pytest.mark.parametrize(
    ("purpose", "lifetime"), [("confirm_email", "24 hours"), ("reset_password", "60 minutes")]
)
async def test_a_token_expires_after_its_lifetime(
    auth: Auth, mailbox: Mailbox, purpose: str, lifetime: str
) -> None:
    await auth.register("ada", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    token = await mailbox.token(purpose)
    [(left,)] = auth.rows(
        "SELECT abs(extract(epoch FROM expires_at - now() - CAST(%(lifetime)s AS interval)))"
        " FROM mail_tokens WHERE purpose = %(purpose)s",
        {"lifetime": lifetime, "purpose": purpose},
    )
    assert left < 30
    auth.rows("UPDATE mail_tokens SET expires_at = now()")
    confirm = confirm_email if purpose == "confirm_email" else confirm_reset
    assert await confirm(auth, token) == 400


async def test_a_token_is_valid_only_for_its_purpose(auth: Auth, mailbox: Mailbox) -> None:
    await auth.register("ada", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    assert await confirm_reset(auth, await mailbox.token("confirm_email")) == 400
    assert await confirm_email(auth, await mailbox.token("reset_password")) == 400


async def test_tokens_are_stored_only_as_hashes(auth: Auth, mailbox: Mailbox) -> None:
    await auth.register("ada", email="ada@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    token = await mailbox.token("reset_password")
    [(everything,)] = auth.rows("SELECT string_agg(CAST(mail_tokens AS text), '') FROM mail_tokens")
    assert token not in everything


async def test_an_unknown_address_gets_the_same_response_and_no_mail(auth: Auth, mailbox: Mailbox) -> None:
    await auth.register("ada", email="ada@mail.test")
    await mailbox.wait_for_mail("confirm_email")
    for what in ("verify-email", "reset-password"):
        await request_mail(auth, what, "nobody@mail.test")
    await request_mail(auth, "reset-password", "ada@mail.test")
    await mailbox.wait_for_mail("reset_password")
    assert {message["To"] for purpose in ("confirm_email", "reset_password")
            for message in mailbox.mails(purpose)} == {"ada@mail.test"}  # fmt: skip


async def test_an_unknown_address_takes_as_long_and_leaves_the_same_trace(auth: Auth) -> None:
    await auth.register("ada", email="ada@mail.test")
    auth.rows("DELETE FROM outbox")
    times: dict[str, list[float]] = {"ada@mail.test": [], "nobody@mail.test": []}
    for _ in range(3):
        for email, taken in times.items():
            started = time.process_time()  # whatever else the machine does
            await request_mail(auth, "reset-password", email)
            taken.append(time.process_time() - started)
    known, unknown = (min(taken) for taken in times.values())
    assert 0.3 < known / unknown < 3
    assert published_types(auth) == ["mail.requested"] * 6


async def test_mails_to_one_recipient_are_limited_silently(auth: Auth) -> None:
    auth.rows("DELETE FROM outbox")
    for _ in range(5):
        await request_mail(auth, "reset-password", "ada@mail.test")
    await request_mail(auth, "verify-email", "ada@mail.test")
    assert published_types(auth) == ["mail.requested"] * 4


async def test_mails_requested_from_one_client_are_limited_silently(auth: Auth) -> None:
    for number in range(65):
        await request_mail(auth, "reset-password", f"somebody{number}@mail.test")
    assert len(published_types(auth)) == 60


async def test_an_invalid_address_is_named(auth: Auth) -> None:
    for what in ("verify-email", "reset-password"):
        response = await auth.call("POST", f"/{what}", json={"email": "nonsense"})
        assert await fields_at_fault(response) == {"body.email"}
