"""Logging in with GitHub and Discord, which are no providers of OpenID Connect: what both have in common."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.auth.oidc import transport
from tests.support.auth import Auth, StartAuth
from tests.support.oauth import Discord, GitHub, OAuthProvider
from tests.support.oidc import CALLBACK, SITE, Browser, fragment_of, outcome, refresh_token, register


@pytest.fixture(params=[GitHub, Discord], ids=["github", "discord"])
async def elsewhere(request: pytest.FixtureRequest) -> AsyncIterator[OAuthProvider]:
    provider: OAuthProvider = request.param()
    async with TestServer(provider.app()) as server:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider
        provider.released.set()


@pytest.fixture
async def auth(start_auth: StartAuth, database_url: str, elsewhere: OAuthProvider) -> Auth:
    providers = json.dumps([elsewhere.settings()])
    return await start_auth(database_url, public_url=SITE, oidc_providers=providers)


@pytest.fixture
def browser(auth: Auth, elsewhere: OAuthProvider) -> Browser:
    return Browser(auth, elsewhere)


@pytest.fixture
async def ada(auth: Auth) -> dict[str, Any]:
    return await auth.register("ada")


def issuer_in_responses(provider: OAuthProvider) -> str:
    """How the provider names itself (RFC 9207): GitHub since 2026, Discord in its metadata."""
    return provider.url + ("/login/oauth" if isinstance(provider, GitHub) else "")


async def test_a_login_asks_for_nothing_but_who_it_is_and_an_address(
    browser: Browser, elsewhere: OAuthProvider
) -> None:
    query = parse_qs(urlsplit(await browser.begin()).query)
    [scope] = query["scope"]
    assert scope == {"github": "user:email", "discord": "identify email"}[elsewhere.kind]
    assert "nonce" not in query


async def test_a_newcomer_with_a_verified_address_has_an_account_and_logs_in(
    auth: Auth, browser: Browser, elsewhere: OAuthProvider
) -> None:
    elsewhere.have_address("nova@elsewhere.test")
    left = fragment_of((await browser.log_in("nova")).headers["Location"])
    assert (left["oidc"], left["email"]) == ("register", "nova@elsewhere.test")
    session = await (await register(auth, left["ticket"])).json()
    assert session["account"]["email_verified"]
    assert outcome(await browser.log_in("nova")) == "signed-in"


async def test_a_linked_identity_logs_in(auth: Auth, browser: Browser, ada: dict[str, Any]) -> None:
    assert outcome(await browser.link(ada, "lovelace")) == "linked"
    token = refresh_token(await browser.log_in("lovelace"))
    assert token is not None
    session = await (await auth.refresh(token)).json()
    assert session["account"]["id"] == ada["account"]["id"]


async def test_an_identity_is_the_site_and_the_id_there(
    auth: Auth, browser: Browser, elsewhere: OAuthProvider, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    stored = auth.rows("SELECT issuer, subject FROM identities")
    assert stored == [(elsewhere.url, str(elsewhere.user["id"]))]


async def test_somebody_who_is_renamed_there_logs_in_to_the_same_account(
    browser: Browser, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    assert outcome(await browser.log_in("king")) == "signed-in"


async def test_who_takes_the_name_of_somebody_there_is_a_stranger(
    browser: Browser, elsewhere: OAuthProvider, ada: dict[str, Any]
) -> None:
    await browser.link(ada, "lovelace")
    elsewhere.user["id"] = type(elsewhere.user["id"])(int(elsewhere.user["id"]) + 1)
    assert outcome(await browser.log_in("lovelace")) == "register"


async def test_an_unverified_address_is_confirmed_by_mail(
    auth: Auth, browser: Browser, elsewhere: OAuthProvider
) -> None:
    elsewhere.have_address("nova@elsewhere.test", is_verified=False)
    left = fragment_of((await browser.log_in("nova")).headers["Location"])
    session = await (await register(auth, left["ticket"])).json()
    assert not session["account"]["email_verified"]


async def test_an_unverified_address_does_not_tell_who_has_an_account(
    auth: Auth, browser: Browser, elsewhere: OAuthProvider
) -> None:
    await auth.register("ada", email="ada@elsewhere.test")
    elsewhere.have_address("ada@elsewhere.test", is_verified=False)
    assert outcome(await browser.log_in("mallory")) == "register"


async def test_an_account_with_the_same_address_is_linked_only_by_its_owner(
    auth: Auth, browser: Browser, elsewhere: OAuthProvider
) -> None:
    await auth.register("ada", email="ada@elsewhere.test")
    elsewhere.have_address("ada@elsewhere.test")
    assert outcome(await browser.log_in("lovelace")) == "link-first"
    assert auth.rows("SELECT count(*) FROM identities") == [(0,)]


async def test_somebody_without_an_address_there_chooses_one_here(
    browser: Browser, elsewhere: OAuthProvider
) -> None:
    elsewhere.have_address(None)
    left = fragment_of((await browser.log_in("nova")).headers["Location"])
    assert (left["oidc"], left.get("email")) == ("register", None)


@pytest.mark.parametrize(
    "account", [None, "", "octocat", True, 0, -1, 1.5, ["1"], "1" * 300, "nul\x00"], ids=repr
)
async def test_a_user_without_a_usable_id_is_nobody(
    browser: Browser, elsewhere: OAuthProvider, account: Any
) -> None:
    elsewhere.user["id"] = account
    assert outcome(await browser.log_in("nova")) == "failed"


async def test_an_id_of_the_wrong_type_is_nobodys(browser: Browser, elsewhere: OAuthProvider) -> None:
    """GitHub's are numbers, and Discord's are texts, as they exceed the numbers of JavaScript."""
    account = elsewhere.user["id"]
    elsewhere.user["id"] = str(account) if isinstance(account, int) else int(account)
    assert outcome(await browser.log_in("nova")) == "failed"


async def test_a_user_without_an_id_is_nobody(browser: Browser, elsewhere: OAuthProvider) -> None:
    del elsewhere.user["id"]
    assert outcome(await browser.log_in("nova")) == "failed"


async def test_a_code_of_another_login_is_refused(browser: Browser, elsewhere: OAuthProvider) -> None:
    """PKCE: the verifier of this login does not match the challenge of that one."""
    [stolen] = parse_qs(urlsplit(await elsewhere.log_in(await browser.begin(), "ada")).query)["code"]
    [state] = parse_qs(urlsplit(await browser.begin()).query)["state"]
    assert outcome(await browser.end(f"{CALLBACK}?code={stolen}&state={state}")) == "failed"
    assert elsewhere.user_path not in elsewhere.asked


async def test_a_response_may_name_its_issuer(browser: Browser, elsewhere: OAuthProvider) -> None:
    elsewhere.iss = issuer_in_responses(elsewhere)
    assert outcome(await browser.log_in("nova")) == "register"


async def test_the_response_of_another_issuer_is_refused(browser: Browser, elsewhere: OAuthProvider) -> None:
    elsewhere.iss = "https://evil.test"
    assert outcome(await browser.log_in("nova")) == "failed"
    assert elsewhere.asked == []


async def test_somebody_who_cancels_is_told_so(browser: Browser) -> None:
    assert outcome(await browser.log_in(None)) == "cancelled"


@pytest.mark.parametrize("step", ["token_path", "user_path"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<h1>Whoops</h1>", content_type="text/html"),
        lambda: web.Response(status=503),
        lambda: web.Response(status=429),
        lambda: web.json_response([]),
        lambda: web.Response(body=b"{" + b" " * 300_000),
        lambda: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["html", "503", "429", "list", "large", "redirect"],
)
async def test_nonsense_makes_the_provider_unavailable(
    browser: Browser, elsewhere: OAuthProvider, step: str, answer: Callable[[], web.Response]
) -> None:
    elsewhere.answers[getattr(elsewhere, step)] = answer
    assert outcome(await browser.log_in("nova")) == "unavailable"


@pytest.mark.parametrize("token", [None, "", 7, ["x"]], ids=repr)
async def test_what_is_no_token_is_not_used(browser: Browser, elsewhere: OAuthProvider, token: Any) -> None:
    elsewhere.answers[elsewhere.token_path] = lambda: web.json_response({"access_token": token})
    assert outcome(await browser.log_in("nova")) == "failed"
    assert elsewhere.user_path not in elsewhere.asked


async def test_while_a_provider_never_answers_others_log_in(
    auth: Auth,
    browser: Browser,
    elsewhere: OAuthProvider,
    ada: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "SECONDS", 1.0)
    elsewhere.is_frozen = True
    waiting = asyncio.create_task(browser.log_in("nova"))
    assert (await auth.login("ada")).status == 200
    assert outcome(await waiting) == "unavailable"
