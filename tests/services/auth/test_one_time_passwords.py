"""One-time passwords, which operators make: each expires, and serves once, to choose another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientResponse

from tests.support.auth import PASSWORD, Auth, StartAuth, fields_at_fault, problem
from tests.support.auth_verbs import run_and_parse
from tests.support.mailbox import Mailbox

NEW = "brand-new-teapot-50"

VERBS = {
    "first-admin": ("first-admin",),
    "create-admin": ("create-admin", "admin", "admin@mail.test"),
    "reset-password": ("reset-password", "admin"),
}


async def make_password(auth: Auth, verb: str = "first-admin") -> str:
    """Let an operator make a one-time password for the account `admin`."""
    if verb == "reset-password":
        await auth.register("admin")
    made = await run_and_parse(auth.database_url, *VERBS[verb])
    return str(made["password"])


async def replace(auth: Auth, one_time: str, password: str = NEW) -> ClientResponse:
    body = {"username": "admin", "password": one_time, "new_password": password}
    return await auth.call("POST", "/one-time-password", json=body)


@pytest.mark.parametrize("verb", VERBS)
async def test_a_one_time_password_is_replaced_before_the_first_login(auth: Auth, verb: str) -> None:
    one_time = await make_password(auth, verb)
    assert await problem(await auth.login("admin", one_time)) == (403, "one_time_password")
    response = await replace(auth, one_time)
    assert response.status == 200
    session = await response.json()
    assert (await auth.call("GET", "/me", token=session["access_token"])).status == 200
    assert (await auth.login("admin", NEW)).status == 200
    assert await problem(await auth.login("admin", one_time)) == (401, "bad_credentials")
    assert await problem(await replace(auth, one_time, "another-teapot-51")) == (401, "bad_credentials")


@pytest.mark.parametrize("verb", VERBS)
async def test_a_one_time_password_expires_after_the_72_hours_that_are_printed(auth: Auth, verb: str) -> None:
    if verb == "reset-password":
        await auth.register("admin")
    made = await run_and_parse(auth.database_url, *VERBS[verb])
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=71, minutes=50) < left <= timedelta(hours=72)
    auth.rows("UPDATE accounts SET password_expires_at = now()")
    expired = (403, "one_time_password_expired")
    assert await problem(await auth.login("admin", made["password"])) == expired
    assert await problem(await replace(auth, made["password"])) == expired


async def test_of_several_who_use_it_at_once_one_succeeds(auth: Auth) -> None:
    one_time = await make_password(auth)
    chosen = [f"teapot-of-number-{number}" for number in range(4)]
    responses = await asyncio.gather(*(replace(auth, one_time, password) for password in chosen))
    assert sorted(response.status for response in responses) == [200, 401, 401, 401]
    logins = [(await auth.login("admin", password)).status for password in chosen]
    assert logins == [response.status for response in responses]


@pytest.mark.parametrize("password", ["password1", "admin-teapot", "short"])
async def test_the_new_password_follows_the_rules_and_a_refused_one_uses_nothing_up(
    auth: Auth, password: str
) -> None:
    one_time = await make_password(auth)
    assert await fields_at_fault(await replace(auth, one_time, password)) == {"body.new_password"}
    assert await fields_at_fault(await replace(auth, one_time, one_time)) == {"body.new_password"}
    assert (await replace(auth, one_time)).status == 200


async def test_a_password_of_ones_own_is_not_replaced(auth: Auth) -> None:
    await auth.register("admin")
    assert await problem(await replace(auth, PASSWORD)) == (409, "not_a_one_time_password")
    assert (await auth.login("admin")).status == 200


async def test_guesses_of_a_one_time_password_are_counted_as_those_at_the_login(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_account=2)
    one_time = await make_password(auth)
    guesses = [await replace(auth, "wrong"), await auth.login("admin", "wrong")]
    assert [response.status for response in guesses] == [401, 401]
    assert await problem(await replace(auth, one_time)) == (429, "too_many_logins")


async def test_a_suspended_account_learns_why_instead(auth: Auth) -> None:
    one_time = await make_password(auth)
    auth.rows("UPDATE accounts SET status = 'suspended', suspension_reason = 'spam'")
    assert await problem(await replace(auth, one_time)) == (403, "account_suspended")


async def test_a_password_that_is_reset_by_mail_is_ones_own(auth: Auth, mailbox: Mailbox) -> None:
    await make_password(auth, "reset-password")
    await auth.call("POST", "/reset-password", json={"email": "admin@mail.test"})
    body = {"token": await mailbox.token("reset_password"), "new_password": NEW}
    assert (await auth.call("POST", "/confirm-password-reset", json=body)).status == 204
    assert (await auth.login("admin", NEW)).status == 200
