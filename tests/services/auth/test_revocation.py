"""The end of a session is published, and can be fetched by processes that missed the event."""

from __future__ import annotations

import json
from typing import Any

from tests.support.auth import Auth, problem


def published(auth: Auth) -> list[tuple[int, int | None]]:
    """Return the account and the session of every revocation in the outbox."""
    rows = auth.rows("SELECT payload FROM outbox WHERE routing_key LIKE 'session.revoked.%' ORDER BY id")
    data = [json.loads(payload)["data"] for (payload,) in rows]
    return [(event["account_id"], event["session_id"]) for event in data]


def session_ids(auth: Auth, account: dict[str, Any]) -> list[int]:
    found = auth.rows("SELECT id FROM sessions WHERE account_id = %(id)s ORDER BY id", account)
    return [session_id for (session_id,) in found]


async def test_a_logout_is_published_once(auth: Auth) -> None:
    session = await auth.register("ada")
    account = session["account"]
    [session_id] = session_ids(auth, account)
    for _ in range(2):
        await auth.call(
            "POST", "/logout", token=session["access_token"], json={"refresh_token": session["refresh_token"]}
        )
    assert published(auth) == [(account["id"], session_id)]


async def test_logout_all_is_published_for_the_account(auth: Auth) -> None:
    session = await auth.register("ada")
    await auth.login("ada")
    await auth.call("POST", "/logout-all", token=session["access_token"])
    assert published(auth) == [(session["account"]["id"], None)]


async def test_an_ended_session_is_published(auth: Auth) -> None:
    session = await auth.register("ada")
    await auth.login("ada")
    _, other = session_ids(auth, session["account"])
    await auth.call("DELETE", f"/sessions/{other}", token=session["access_token"])
    assert published(auth) == [(session["account"]["id"], other)]


async def test_a_reused_refresh_token_is_published(auth: Auth) -> None:
    session = await auth.register("ada")
    [session_id] = session_ids(auth, session["account"])
    second = await (await auth.refresh(session["refresh_token"])).json()
    await auth.refresh(second["refresh_token"])
    assert await problem(await auth.refresh(session["refresh_token"])) == (401, "token_reused")
    assert published(auth) == [(session["account"]["id"], session_id)]


async def test_revocations_of_unexpired_tokens_can_be_fetched(auth: Auth) -> None:
    session = await auth.register("ada")
    [session_id] = session_ids(auth, session["account"])
    await auth.call("POST", "/logout", token=session["access_token"])
    auth.rows("INSERT INTO revocations (account_id, before) VALUES (9, now() - interval '911 s')")
    [revocation] = (await (await auth.client.get("/revocations")).json())["revocations"]
    assert revocation.pop("before").endswith("Z")
    assert revocation == {"account_id": session["account"]["id"], "session_id": session_id}


async def test_a_revoked_token_can_neither_list_nor_end_sessions(auth: Auth) -> None:
    session = await auth.register("ada")
    other = await (await auth.login("ada")).json()
    await auth.call("POST", "/logout", token=session["access_token"])
    [session_id] = session_ids(auth, session["account"])
    for method, path in (
        ("GET", "/sessions"),
        ("DELETE", f"/sessions/{session_id}"),
        ("POST", "/logout-all"),
    ):
        response = await auth.call(method, path, token=session["access_token"])
        assert await problem(response) == (401, "token_invalid")
    assert (await auth.refresh(other["refresh_token"])).status == 200
