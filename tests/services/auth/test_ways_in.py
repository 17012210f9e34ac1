"""Ways to log in to an account: the last one that works is not removed, whether an identity or a passkey."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from typing import Any

import pytest

from services.auth.accounts.model import LockedAccount
from services.auth.identities.ways_in import check_way_in
from shared.db import Connection
from tests.support.auth import Auth, StartAuth, problem
from tests.support.authenticators import add_passkey
from tests.support.oidc import (
    SITE,
    Browser,
    Issuer,
    fragment_of,
    outcome,
    register,
    settings,
)
from tests.support.waiting import eventually


@pytest.fixture
def auth(auth_with_issuer: Auth) -> Auth:
    return auth_with_issuer


@pytest.fixture
def browser(auth: Auth, issuer: Issuer) -> Browser:
    return Browser(auth, issuer)


async def test_the_last_way_in_cannot_be_removed(auth: Auth, browser: Browser) -> None:
    ticket = fragment_of((await browser.log_in("nova")).headers["Location"])["ticket"]
    session = await (await register(auth, ticket)).json()
    response = await auth.request("DELETE", "/auth/identities/elsewhere", session)
    assert await problem(response) == (409, "last_way_in")
    assert outcome(await browser.log_in("nova")) == "signed-in"


async def test_the_last_passkey_of_an_account_with_no_other_way_in_cannot_be_removed(
    auth: Auth, browser: Browser
) -> None:
    session, passkey = await enter_from_elsewhere(auth, browser)
    assert (await auth.request("DELETE", "/auth/identities/elsewhere", session)).status == 204
    assert await problem(await auth.request("DELETE", passkey, session)) == (409, "last_way_in")
    assert len((await auth.get("/auth/passkeys", session))["items"]) == 1


@pytest.mark.parametrize("kept_id", [None, "elsewhere"], ids=["no provider", "its id for another issuer"])
async def test_an_identity_of_a_provider_that_the_site_no_longer_has_is_no_way_in(
    start_auth: StartAuth, auth: Auth, browser: Browser, kept_id: str | None
) -> None:
    session, passkey = await enter_from_elsewhere(auth, browser)
    kept = [] if kept_id is None else [settings("https://another.test", kept_id)]
    later = await start_auth(auth.database_url, public_url=SITE, oidc_providers=json.dumps(kept))
    assert await problem(await later.request("DELETE", passkey, session)) == (409, "last_way_in")


async def test_an_identity_stays_a_way_in_when_its_provider_gets_another_id(
    start_auth: StartAuth, auth: Auth, browser: Browser, issuer: Issuer
) -> None:
    session, passkey = await enter_from_elsewhere(auth, browser)
    renamed = json.dumps([settings(issuer.url, "renamed")])
    later = await start_auth(auth.database_url, public_url=SITE, oidc_providers=renamed)
    assert (await later.request("DELETE", passkey, session)).status == 204


async def test_the_last_identity_of_a_provider_that_the_site_has_cannot_be_removed(
    auth: Auth, browser: Browser
) -> None:
    ticket = fragment_of((await browser.log_in("nova")).headers["Location"])["ticket"]
    session = await (await register(auth, ticket)).json()
    auth.rows(
        "INSERT INTO identities (issuer, subject, provider, account_id)"
        " SELECT 'https://gone.test', 'nova', 'gone', id FROM accounts"
    )
    response = await auth.request("DELETE", "/auth/identities/elsewhere", session)
    assert await problem(response) == (409, "last_way_in")
    assert (await auth.request("DELETE", "/auth/identities/gone", session)).status == 204


async def test_of_the_last_two_ways_in_one_stays_when_both_are_removed_at_once(
    auth: Auth, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, passkey = await enter_from_elsewhere(auth, browser)
    is_checked, may_commit = asyncio.Event(), asyncio.Event()

    async def check_and_wait(conn: Connection, locked: LockedAccount, issuers: Collection[str]) -> None:
        await check_way_in(conn, locked, issuers)
        is_checked.set()
        await may_commit.wait()

    monkeypatch.setattr("services.auth.oidc.service.check_way_in", check_and_wait)
    unlinking = asyncio.create_task(auth.request("DELETE", "/auth/identities/elsewhere", session))
    await is_checked.wait()
    removing = asyncio.create_task(auth.request("DELETE", passkey, session))

    async def is_held_up_or_through() -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return removing.done() or auth.rows(waiting) != [(0,)]

    await eventually(is_held_up_or_through)
    may_commit.set()
    assert (await unlinking).status == 204
    assert await problem(await removing) == (409, "last_way_in")


async def enter_from_elsewhere(auth: Auth, browser: Browser) -> tuple[dict[str, Any], str]:
    """Register without a password, and add a passkey; returns the session and the path of the passkey."""
    ticket = fragment_of((await browser.log_in("nova")).headers["Location"])["ticket"]
    session = await (await register(auth, ticket)).json()
    made = await (await add_passkey(auth, session, b"a key of nova")).json()
    return session, f"/auth/passkeys/{made['id']}"
