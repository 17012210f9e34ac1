"""Tokens of bots: made, shown once, exchanged for limited access tokens, revoked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from services.auth.bots.rules import TOKENS_MAX
from tests.support.auth import PASSWORD, Auth, fields_at_fault, list_published, problem

INVALID = (401, "token_invalid")


@pytest.fixture
async def ada(auth: Auth) -> dict[str, Any]:
    return await auth.register("ada")


async def make(auth: Auth, owner: dict[str, Any], **draft: Any) -> dict[str, Any]:
    body = {"name": "a bot", "scopes": ["paint"], **draft}
    response = await auth.request("POST", "/auth/tokens", owner, json=body)
    assert response.status == 201, await response.text()
    made: dict[str, Any] = await response.json()
    return made


async def exchange(auth: Auth, token: str) -> Any:
    return await auth.call("POST", "/token", json={"grant_type": "urn:tessera:token", "token": token})


async def access(auth: Auth, owner: dict[str, Any], **draft: Any) -> dict[str, Any]:
    """Return the access token of a new bot."""
    response = await exchange(auth, (await make(auth, owner, **draft))["token"])
    assert response.status == 200, await response.text()
    granted: dict[str, Any] = await response.json()
    return granted


def claims(granted: dict[str, Any]) -> dict[str, Any]:
    return jwt.decode(granted["access_token"], options={"verify_signature": False})


async def test_a_token_is_exchanged_for_a_short_lived_one_of_its_account(
    auth: Auth, ada: dict[str, Any]
) -> None:
    granted = await access(auth, ada, scopes=["paint"])
    assert (granted["token_type"], granted["expires_in"], granted["scope"]) == ("Bearer", 900, "paint read")
    assert claims(granted)["sub"] == str(ada["account"]["id"])
    assert (claims(granted)["scope"], claims(granted)["roles"]) == ("paint read", [])


async def test_a_bot_has_its_owners_role_only_to_moderate(auth: Auth) -> None:
    admin = await auth.register_admin()
    assert claims(await access(auth, admin, scopes=["paint"]))["roles"] == []
    assert claims(await access(auth, admin, scopes=["moderate"]))["roles"] == ["moderator"]


async def test_an_artist_cannot_make_a_token_that_moderates(auth: Auth, ada: dict[str, Any]) -> None:
    body = {"name": "a bot", "scopes": ["moderate"]}
    response = await auth.request("POST", "/auth/tokens", ada, json=body)
    assert await problem(response) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/auth/me", None),
        ("GET", "/auth/sessions", None),
        ("GET", "/auth/tokens", None),
        ("POST", "/auth/tokens", {"name": "another", "scopes": ["paint"]}),
        ("GET", "/auth/second-factor", None),
        ("POST", "/auth/totp", None),
        ("PUT", "/auth/password", {"current_password": PASSWORD, "new_password": "another-teapot-50"}),
        ("DELETE", "/auth/account", {"password": PASSWORD}),
        ("POST", "/auth/logout-all", None),
    ],
)
async def test_a_bot_has_no_access_to_its_owners_account(
    auth: Auth, ada: dict[str, Any], method: str, path: str, body: Any
) -> None:
    bot = await access(auth, ada, scopes=["read", "paint"])
    response = await auth.request(method, path, bot, **({"json": body} if body else {}))
    assert await problem(response) == (403, "insufficient_scope")


async def test_a_bot_of_an_admin_does_not_decide_who_comes_in(auth: Auth) -> None:
    bot = await access(auth, await auth.register_admin(), scopes=["moderate"])
    response = await auth.request("PUT", "/admin/settings", bot, json={"registration": "closed"})
    assert await problem(response) == (403, "not_allowed")


async def test_the_ticket_of_a_bot_is_limited_as_the_bot_is(auth: Auth, ada: dict[str, Any]) -> None:
    bot = await access(auth, ada, scopes=["read"])
    ticket = await (await auth.request("POST", "/auth/ws-ticket", bot)).json()
    assert claims({"access_token": ticket["ticket"]})["scope"] == "read"


async def test_a_token_is_shown_once_and_stored_as_a_hash(auth: Auth, ada: dict[str, Any]) -> None:
    made = await make(auth, ada, name="  A bot ", scopes=["read", "paint", "paint"])
    [listed] = (await auth.get("/auth/tokens", ada))["items"]
    assert (listed["id"], listed["name"], listed["scopes"]) == (made["id"], "A bot", ["paint", "read"])
    assert (listed["expires_at"], listed["last_used_at"]) == (None, None)
    assert made["token"] not in str(auth.rows("SELECT * FROM bot_tokens"))


async def test_the_list_shows_the_last_use(auth: Auth, ada: dict[str, Any]) -> None:
    await access(auth, ada)
    [listed] = (await auth.get("/auth/tokens", ada))["items"]
    assert listed["last_used_at"] is not None


async def test_tokens_are_not_among_the_sessions(auth: Auth, ada: dict[str, Any]) -> None:
    await make(auth, ada)
    assert len((await auth.get("/auth/sessions", ada))["items"]) == 1


async def test_a_revoked_token_revokes_its_access_tokens_too(auth: Auth, ada: dict[str, Any]) -> None:
    made = await make(auth, ada)
    assert (await exchange(auth, made["token"])).status == 200
    assert (await auth.request("DELETE", f"/auth/tokens/{made['id']}", ada)).status == 204
    assert await problem(await exchange(auth, made["token"])) == INVALID
    [revoked] = list_published(auth, "session.revoked")
    assert (revoked["account_id"], revoked["session_id"]) == (ada["account"]["id"], made["id"])


async def test_nobody_revokes_the_token_of_somebody_else_or_a_session_as_a_token(
    auth: Auth, ada: dict[str, Any]
) -> None:
    made, bob = await make(auth, ada), await auth.register("bob")
    session_id = claims(ada)["sid"]
    for owner, token_id in ((bob, made["id"]), (ada, session_id)):
        response = await auth.request("DELETE", f"/auth/tokens/{token_id}", owner)
        assert await problem(response) == (404, "token_not_found")
    assert (await exchange(auth, made["token"])).status == 200


async def test_an_expired_token_is_refused(auth: Auth, ada: dict[str, Any]) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = await make(auth, ada, expires_at=tomorrow)
    assert (await exchange(auth, made["token"])).status == 200
    auth.rows("UPDATE sessions SET expires_at = now() WHERE id = %(id)s", made)
    assert await problem(await exchange(auth, made["token"])) == INVALID


@pytest.mark.parametrize("token", ["tsr_unknown", "x", "ä"])
async def test_an_unknown_token_is_refused(auth: Auth, token: str) -> None:
    assert await problem(await exchange(auth, token)) == INVALID


async def test_a_token_ends_with_the_password(auth: Auth, ada: dict[str, Any]) -> None:
    made = await make(auth, ada)
    change = {"current_password": PASSWORD, "new_password": "another-teapot-50"}
    assert (await auth.request("PUT", "/auth/password", ada, json=change)).status == 204
    assert await problem(await exchange(auth, made["token"])) == INVALID


async def test_a_suspended_account_has_no_bots(auth: Auth, ada: dict[str, Any]) -> None:
    made = await make(auth, ada)
    auth.rows("UPDATE accounts SET status = 'suspended', suspension_reason = 'spam'")
    assert await problem(await exchange(auth, made["token"])) == (403, "account_suspended")


async def test_a_bot_of_an_account_that_lacks_a_required_factor_only_reads(auth: Auth) -> None:
    admin = await auth.register_admin()
    ada = await auth.register("ada")
    made = await make(auth, ada)
    await auth.set_policy(admin, second_factor="everybody")
    assert (await (await exchange(auth, made["token"])).json())["scope"] == "read"


async def test_the_number_of_tokens_is_limited_although_eight_are_made_at_once(
    auth: Auth, ada: dict[str, Any]
) -> None:
    for _ in range(TOKENS_MAX - 3):
        await make(auth, ada)
    body = {"name": "a bot", "scopes": ["paint"]}
    responses = await asyncio.gather(
        *(auth.request("POST", "/auth/tokens", ada, json=body) for _ in range(8))
    )
    assert sorted(response.status for response in responses) == [201] * 3 + [409] * 5


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"scopes": []}, "body.scopes"),
        ({"scopes": ["everything"]}, "body.scopes.0"),
        ({"name": " "}, "body.name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "body.expires_at"),
    ],
)
async def test_a_token_that_makes_no_sense_is_refused(
    auth: Auth, ada: dict[str, Any], draft: dict[str, Any], field: str
) -> None:
    body = {"name": "a bot", "scopes": ["paint"], **draft}
    response = await auth.request("POST", "/auth/tokens", ada, json=body)
    assert await fields_at_fault(response) == {field}
