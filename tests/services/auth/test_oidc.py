"""Logging in by OpenID Connect at a real provider: linking, unlinking, registering, and who may not."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from tests.support.auth import PASSWORD, Auth, StartAuth, list_published, problem
from tests.support.oidc import (
    CALLBACK,
    SITE,
    Browser,
    Issuer,
    fragment_of,
    outcome,
    refresh_token,
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


@pytest.fixture
async def ada(auth: Auth) -> dict[str, Any]:
    return await auth.register("ada")


async def test_a_login_begins_with_pkce_a_state_and_a_nonce(browser: Browser) -> None:
    query = {name: value for name, [value] in parse_qs(urlsplit(await browser.begin()).query).items()}
    assert (query["response_type"], query["redirect_uri"]) == ("code", CALLBACK)
    assert query["code_challenge_method"] == "S256"
    assert all(len(query[name]) >= 43 for name in ("code_challenge", "state", "nonce"))


async def test_a_linked_identity_logs_in_and_returns_to_where_it_began(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    assert outcome(await browser.link(ada, "lovelace")) == "linked"
    response = await browser.log_in("lovelace")
    assert outcome(response) == "signed-in"
    assert urlsplit(response.headers["Location"]).query == "next=%2Fcanvas%2F7"
    token = refresh_token(response)
    assert token is not None
    session = await (await auth.refresh(token)).json()
    assert session["account"]["id"] == ada["account"]["id"]


async def test_the_owner_sees_the_identity_and_hears_of_it_by_mail(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    [linked] = (await auth.get("/auth/identities", ada))["items"]
    assert (linked["provider"], linked["title"], linked["last_used_at"]) == ("elsewhere", "Elsewhere", None)
    assert "identity_changed" in [mail["purpose"] for mail in list_published(auth, "mail.requested")]


async def test_somebody_unknown_chooses_a_username_and_has_an_account_without_password(
    auth: Auth, browser: Browser
) -> None:
    left = fragment_of((await browser.log_in("nova")).headers["Location"])
    assert (left["oidc"], left["email"]) == ("register", "nova@elsewhere.test")
    session = await (await register(auth, left["ticket"])).json()
    assert session["account"]["email_verified"]
    assert outcome(await browser.log_in("nova")) == "signed-in"
    assert (await auth.login("nova", PASSWORD)).status == 401


async def test_an_address_that_the_provider_has_not_verified_is_confirmed_by_mail(
    auth: Auth, browser: Browser
) -> None:
    left = fragment_of((await browser.log_in("unsure")).headers["Location"])
    session = await (await register(auth, left["ticket"], email="unsure@elsewhere.test")).json()
    assert not session["account"]["email_verified"]
    assert [mail["purpose"] for mail in list_published(auth, "mail.requested")] == ["confirm_email"]


async def test_an_address_other_than_the_proven_one_is_confirmed_by_mail(
    auth: Auth, browser: Browser
) -> None:
    left = fragment_of((await browser.log_in("nova")).headers["Location"])
    session = await (await register(auth, left["ticket"], email="nova@mail.test")).json()
    assert not session["account"]["email_verified"]


async def test_a_ticket_registers_one_account(auth: Auth, browser: Browser) -> None:
    ticket = fragment_of((await browser.log_in("nova")).headers["Location"])["ticket"]
    tries = [
        register(auth, ticket, username=f"nova_{number}", email=f"n{number}@mail.test") for number in range(8)
    ]
    responses = await asyncio.gather(*tries)
    assert sorted(response.status for response in responses) == [201] + [422] * 7


@pytest.mark.parametrize("ticket", ["", "x", "§§§§", "A" * 200, "é" * 50])
async def test_what_is_no_ticket_registers_nobody(auth: Auth, ticket: str) -> None:
    assert (await register(auth, ticket)).status == 422


async def test_a_closed_site_admits_nobody_from_elsewhere_either(auth: Auth, browser: Browser) -> None:
    await auth.set_policy(await auth.register_admin(), registration="closed")
    ticket = fragment_of((await browser.log_in("nova")).headers["Location"])["ticket"]
    assert await problem(await register(auth, ticket)) == (403, "registration_closed")


async def test_an_account_with_the_same_address_is_linked_only_by_its_owner(
    auth: Auth, browser: Browser
) -> None:
    ada = await auth.register("ada", email="lovelace@elsewhere.test")
    assert outcome(await browser.log_in("lovelace")) == "link-first"
    assert auth.rows("SELECT count(*) FROM identities") == [(0,)]
    assert outcome(await browser.link(ada, "lovelace")) == "linked"
    assert outcome(await browser.log_in("lovelace")) == "signed-in"


async def test_an_identity_belongs_to_one_account(auth: Auth, browser: Browser, ada: dict[str, Any]) -> None:
    bob = await auth.register("bob")
    await browser.link(ada, "lovelace")
    assert outcome(await browser.link(bob, "lovelace")) == "taken"
    assert (await auth.get("/auth/identities", bob))["items"] == []


async def test_linking_again_what_is_linked_to_the_account_succeeds_and_changes_nothing(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    before = await auth.get("/auth/identities", ada)
    assert outcome(await browser.link(ada, "lovelace")) == "linked"
    assert await auth.get("/auth/identities", ada) == before
    assert [mail["purpose"] for mail in list_published(auth, "mail.requested")].count("identity_changed") == 1


async def test_two_browsers_of_an_account_link_the_same_identity_at_once(
    auth: Auth, issuer: Issuer, ada: dict[str, Any]
) -> None:
    browsers = [Browser(auth, issuer) for _ in range(2)]
    ends = [(each, await issuer.log_in(await each.begin_link(ada), "lovelace")) for each in browsers]
    with closing(psycopg2.connect(auth.database_url)) as holder:
        holder.cursor().execute("SELECT FROM accounts FOR UPDATE")
        linking = [asyncio.create_task(each.end(location)) for each, location in ends]
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

        async def are_held_up() -> bool:
            return auth.rows(waiting) == [(2,)]

        await eventually(are_held_up)
    assert [outcome(response) for response in await asyncio.gather(*linking)] == ["linked"] * 2
    assert auth.rows("SELECT count(*) FROM identities") == [(1,)]


async def test_an_account_has_one_identity_of_a_provider(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    assert outcome(await browser.link(ada, "byron")) == "taken"


async def test_nothing_is_linked_once_the_session_that_began_it_has_ended(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    location = await browser.issuer.log_in(await browser.begin_link(ada), "lovelace")
    assert (await auth.call("POST", "/logout", token=ada["access_token"])).status == 204
    assert outcome(await browser.end(location)) == "expired"
    assert auth.rows("SELECT count(*) FROM identities") == [(0,)]


async def test_an_identity_that_was_removed_no_longer_logs_in(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    assert (await auth.request("DELETE", "/auth/identities/elsewhere", ada)).status == 204
    assert outcome(await browser.log_in("lovelace")) == "register"
    response = await auth.request("DELETE", "/auth/identities/elsewhere", ada)
    assert await problem(response) == (404, "identity_not_found")


async def test_the_second_factor_of_the_account_is_asked_for(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    auth.rows("INSERT INTO totp_secrets SELECT id, 'sealed', now() FROM accounts")
    response = await browser.log_in("lovelace")
    left = fragment_of(response.headers["Location"])
    assert (left["oidc"], left["methods"], refresh_token(response)) == ("second-factor", "totp", None)


async def test_linking_takes_the_second_factor_of_an_account_that_has_one(
    auth: Auth, ada: dict[str, Any]
) -> None:
    auth.rows("INSERT INTO totp_secrets SELECT id, 'sealed', now() FROM accounts")
    for method in ("POST", "DELETE"):
        response = await auth.request(method, "/auth/identities/elsewhere", ada)
        assert await problem(response) == (403, "confirmation_required")


async def test_a_suspended_account_is_not_logged_in_to(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    auth.rows("UPDATE accounts SET status = 'suspended', suspension_reason = 'x'")
    response = await browser.log_in("lovelace")
    assert (outcome(response), refresh_token(response)) == ("suspended", None)


async def test_a_deleted_account_leaves_its_identity_free(
    auth: Auth, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    await auth.call("DELETE", "/account", token=ada["access_token"], json={"password": PASSWORD})
    assert outcome(await browser.log_in("lovelace")) == "register"


async def test_somebody_who_cancels_is_told_so(browser: Browser) -> None:
    assert outcome(await browser.log_in(None)) == "cancelled"


async def test_a_response_counts_once(auth: Auth, browser: Browser, ada: dict[str, Any]) -> None:
    await browser.link(ada, "lovelace")
    location = await browser.issuer.log_in(await browser.begin(), "lovelace")
    outcomes = await asyncio.gather(*(browser.end(location) for _ in range(8)))
    assert sorted(map(outcome, outcomes)) == ["expired"] * 7 + ["signed-in"]


async def test_a_response_in_another_browser_logs_nobody_in(
    auth: Auth, issuer: Issuer, browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    location = await issuer.log_in(await browser.begin(), "lovelace")
    other = Browser(auth, issuer)
    assert outcome(await other.end(location)) == "expired"
    await other.begin()
    assert outcome(await other.end(location)) == "expired"


async def test_a_code_of_another_login_is_refused(browser: Browser, issuer: Issuer) -> None:
    """PKCE: the verifier of this login does not match the challenge of that one."""
    [stolen] = parse_qs(urlsplit(await issuer.log_in(await browser.begin(), "lovelace")).query)["code"]
    own = urlsplit(await browser.begin())
    [state] = parse_qs(own.query)["state"]
    location = f"{CALLBACK}?code={stolen}&state={state}&iss={issuer.url}"
    assert outcome(await browser.end(location)) == "failed"


@pytest.mark.parametrize(
    "next_path", ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "", "/a\nb"]
)
async def test_nobody_is_sent_to_another_site_afterwards(
    auth: Auth, browser: Browser, ada: dict[str, Any], next_path: str
) -> None:
    await browser.link(ada, "lovelace")
    location = await browser.issuer.log_in(await browser.begin(next_path), "lovelace")
    response = await browser.end(location)
    assert urlsplit(response.headers["Location"])[:4] == ("", "", "/login", "next=%2F")


async def test_a_bot_links_nothing(auth: Auth, ada: dict[str, Any]) -> None:
    made = await (
        await auth.request("POST", "/auth/tokens", ada, json={"name": "a bot", "scopes": ["paint"]})
    ).json()
    exchange = {"grant_type": "urn:tessera:token", "token": made["token"]}
    bot = await (await auth.call("POST", "/token", json=exchange)).json()
    for method, path in (
        ("POST", "/auth/identities/elsewhere"),
        ("DELETE", "/auth/identities/elsewhere"),
        ("GET", "/auth/identities"),
    ):
        assert await problem(await auth.request(method, path, bot)) == (403, "insufficient_scope")


async def test_a_provider_that_the_site_does_not_have_is_unknown(auth: Auth, ada: dict[str, Any]) -> None:
    for method, path, session in (
        ("GET", "/auth/oidc/nobody/start", None),
        ("GET", "/auth/oidc/nobody/callback", None),
        ("POST", "/auth/identities/nobody", ada),
    ):
        response = await auth.request(method, path, session, allow_redirects=False)
        assert await problem(response) == (404, "provider_not_found")


async def test_logins_elsewhere_are_limited_by_network(
    start_auth: StartAuth, database_url: str, issuer: Issuer
) -> None:
    auth = await start_auth(
        database_url,
        public_url=SITE,
        oidc_providers=json.dumps([settings(issuer.url)]),
        logins_per_address=2,
    )
    browser = Browser(auth, issuer)
    outcomes = [outcome(await browser.log_in("nova")) for _ in range(3)]
    assert outcomes == ["register", "register", "too-many"]


async def test_a_cookie_jar_keeps_the_login_from_scripts_and_from_other_paths(
    auth: Auth, browser: Browser
) -> None:
    response = await auth.call("GET", "/oidc/elsewhere/start", allow_redirects=False)
    cookie = response.cookies["tessera_oidc"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/api/v1/auth/oidc", True, "Lax")
