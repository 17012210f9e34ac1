"""Logging in with GitHub: refusals at status 200, and addresses in a list of their own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.auth import Auth, StartAuth
from tests.support.oauth import GitHub
from tests.support.oidc import SITE, Browser, fragment_of, outcome


@pytest.fixture
async def github() -> AsyncIterator[GitHub]:
    github = GitHub()
    async with TestServer(github.app()) as server:
        github.url = str(server.make_url("")).rstrip("/")
        yield github


@pytest.fixture
async def auth(start_auth: StartAuth, database_url: str, github: GitHub) -> Auth:
    return await start_auth(database_url, public_url=SITE, oidc_providers=json.dumps([github.settings()]))


@pytest.fixture
def browser(auth: Auth, github: GitHub) -> Browser:
    return Browser(auth, github)


def address(email: str, *, is_primary: bool, is_verified: bool = True) -> dict[str, Any]:
    return {"email": email, "primary": is_primary, "verified": is_verified, "visibility": None}


@pytest.mark.parametrize(
    "error",
    [
        "bad_verification_code",
        "incorrect_client_credentials",
        "redirect_uri_mismatch",
        "unverified_user_email",
    ],
)
async def test_an_error_at_status_200_logs_nobody_in(browser: Browser, github: GitHub, error: str) -> None:
    refusal = {"error": error, "error_description": "…", "error_uri": "/apps/managing-oauth-apps/…"}
    github.answers[github.token_path] = lambda: web.json_response(refusal)
    assert outcome(await browser.log_in("octocat")) == "failed"
    assert github.user_path not in github.asked


async def test_a_token_beside_an_error_is_not_used(browser: Browser, github: GitHub) -> None:
    both = {"error": "bad_verification_code", "access_token": "gho_of_somebody"}
    github.answers[github.token_path] = lambda: web.json_response(both)
    assert outcome(await browser.log_in("octocat")) == "failed"


async def test_the_primary_address_counts_wherever_it_stands(browser: Browser, github: GitHub) -> None:
    github.emails = [
        address("first@elsewhere.test", is_primary=False),
        address("primary@elsewhere.test", is_primary=True),
    ]
    left = fragment_of((await browser.log_in("octocat")).headers["Location"])
    assert left["email"] == "primary@elsewhere.test"


async def test_a_verified_address_that_is_not_primary_stands_for_nothing(
    auth: Auth, browser: Browser, github: GitHub
) -> None:
    await auth.register("ada", email="ada@elsewhere.test")
    github.emails = [
        address("ada@elsewhere.test", is_primary=False),
        address("new@elsewhere.test", is_primary=True, is_verified=False),
    ]
    left = fragment_of((await browser.log_in("octocat")).headers["Location"])
    assert (left["oidc"], left["email"]) == ("register", "new@elsewhere.test")


async def test_the_address_of_the_profile_is_not_believed(
    auth: Auth, browser: Browser, github: GitHub
) -> None:
    await auth.register("ada", email="ada@elsewhere.test")
    github.user["email"] = "ada@elsewhere.test"
    github.emails = []
    left = fragment_of((await browser.log_in("octocat")).headers["Location"])
    assert (left["oidc"], left.get("email")) == ("register", None)


@pytest.mark.parametrize("status", [403, 404])
async def test_somebody_who_grants_no_addresses_logs_in_without(
    browser: Browser, github: GitHub, status: int
) -> None:
    github.answers[github.emails_path] = lambda: web.json_response({"message": "…"}, status=status)
    left = fragment_of((await browser.log_in("octocat")).headers["Location"])
    assert (left["oidc"], left.get("email")) == ("register", None)


@pytest.mark.parametrize(
    "emails", [[None], [7], [{}], [{"primary": True}], [{"primary": "yes", "email": "a"}]], ids=repr
)
async def test_nonsense_in_the_list_of_addresses_is_no_address(
    browser: Browser, github: GitHub, emails: Any
) -> None:
    github.emails = emails
    left = fragment_of((await browser.log_in("octocat")).headers["Location"])
    assert (left["oidc"], left.get("email")) == ("register", None)


@pytest.mark.parametrize("is_verified", ["true", 1, None], ids=repr)
async def test_only_true_is_verified(auth: Auth, browser: Browser, github: GitHub, is_verified: Any) -> None:
    await auth.register("ada", email="ada@elsewhere.test")
    github.emails = [{"email": "ada@elsewhere.test", "primary": True, "verified": is_verified}]
    assert outcome(await browser.log_in("octocat")) == "register"


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.json_response({}),
        lambda: web.Response(status=500),
        lambda: web.Response(body=b"[" + b" " * 300_000),
    ],
    ids=["object", "500", "large"],
)
async def test_nonsense_for_addresses_makes_it_unavailable(
    browser: Browser, github: GitHub, answer: Callable[[], web.Response]
) -> None:
    github.answers[github.emails_path] = answer
    assert outcome(await browser.log_in("octocat")) == "unavailable"
