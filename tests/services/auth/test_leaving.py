"""Changing the password, and deleting the account."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientResponse

from tests.support.auth import PASSWORD, Auth, StartAuth, fields_at_fault, problem

NEW = "brand-new-teapot-50"


async def change(auth: Auth, token: str, current: str = PASSWORD, new: str = NEW) -> ClientResponse:
    return await auth.call(
        "PUT", "/password", token=token, json={"current_password": current, "new_password": new}
    )


async def leave(auth: Auth, token: str, password: str = PASSWORD, **fields: Any) -> ClientResponse:
    return await auth.call("DELETE", "/account", token=token, json={"password": password, **fields})


def published(auth: Auth, kind: str) -> list[dict[str, Any]]:
    rows = auth.rows(
        "SELECT payload FROM outbox WHERE routing_key LIKE %(kind)s ORDER BY id", {"kind": f"{kind}.%"}
    )
    return [json.loads(payload)["data"] for (payload,) in rows]


async def test_a_changed_password_ends_all_other_sessions(auth: Auth) -> None:
    session = await auth.register("ada")
    other = await (await auth.login("ada")).json()
    assert (await change(auth, session["access_token"])).status == 204
    assert (await auth.refresh(session["refresh_token"])).status == 200
    assert (await auth.refresh(other["refresh_token"])).status == 401
    assert (await auth.login("ada", PASSWORD)).status == 401
    assert (await auth.login("ada", NEW)).status == 200
    [revoked] = published(auth, "session.revoked")
    assert revoked["account_id"] == session["account"]["id"]
    assert revoked["session_id"] is not None


async def test_a_wrong_current_password_changes_nothing(auth: Auth) -> None:
    session = await auth.register("ada")
    response = await change(auth, session["access_token"], current="wrong-teapot-1")
    assert await problem(response) == (403, "bad_credentials")
    assert (await auth.login("ada")).status == 200


async def test_guessing_the_current_password_is_limited(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, login_failures_per_account=3)
    token = (await auth.register("ada"))["access_token"]
    for _ in range(3):
        assert (await change(auth, token, current="wrong-teapot-1")).status == 403
    assert await problem(await change(auth, token)) == (429, "too_many_logins")
    assert await problem(await leave(auth, token)) == (429, "too_many_logins")


async def test_a_new_password_must_obey_the_rules(auth: Auth) -> None:
    token = (await auth.register("ada_lovelace"))["access_token"]
    for bad in ("password1", "ada_lovelace-1", "short"):
        assert await fields_at_fault(await change(auth, token, new=bad)) == {"body.new_password"}


async def test_of_parallel_changes_one_succeeds(auth: Auth) -> None:
    token = (await auth.register("ada"))["access_token"]
    responses = await asyncio.gather(*(change(auth, token, new=f"{NEW}-{n}") for n in range(5)))
    assert sorted(response.status for response in responses) == [204] + [403] * 4


async def test_a_login_during_a_password_change_opens_no_session(auth: Auth) -> None:
    token = (await auth.register("ada"))["access_token"]
    for number in range(3):
        old, new = (PASSWORD if number == 0 else f"{NEW}-{number}"), f"{NEW}-{number + 1}"
        changed, *_ = await asyncio.gather(
            change(auth, token, old, new), *(auth.login("ada", old) for _ in range(4))
        )
        assert changed.status == 204
        assert auth.rows("SELECT count(*) FROM sessions") == [(1,)]


async def test_deleting_an_account_erases_the_data_of_its_owner(auth: Auth) -> None:
    session = await auth.register("ada", email="ada@mail.test")
    account_id = session["account"]["id"]
    assert (await leave(auth, session["access_token"])).status == 204
    assert (await auth.login("ada")).status == 401
    assert (await auth.refresh(session["refresh_token"])).status == 401
    [(row,)] = auth.rows("SELECT CAST(accounts AS text) FROM accounts")
    assert "ada" not in row
    assert auth.rows("SELECT count(*) FROM sessions") == [(0,)]
    [deleted] = published(auth, "account.deleted")
    assert (deleted["account_id"], deleted["version"], deleted["canvases"]) == (account_id, 1, "keep")
    [revoked] = published(auth, "session.revoked")
    assert (revoked["account_id"], revoked["session_id"]) == (account_id, None)


async def test_the_name_and_address_of_a_deleted_account_become_free(auth: Auth) -> None:
    first = await auth.register("ada", email="ada@mail.test")
    await leave(auth, first["access_token"])
    second = await auth.register("ada", email="ada@mail.test")
    assert second["account"]["id"] != first["account"]["id"]
    await leave(auth, second["access_token"])
    assert auth.rows("SELECT count(*) FROM accounts WHERE status = 'deleted'") == [(2,)]


async def test_deleting_an_account_needs_the_password(auth: Auth) -> None:
    token = (await auth.register("ada"))["access_token"]
    assert await problem(await leave(auth, token, "wrong-teapot-1")) == (403, "bad_credentials")
    assert (await auth.call("GET", "/me", token=token)).status == 200


async def test_the_last_admin_cannot_be_deleted(auth: Auth) -> None:
    token = (await auth.register("ada"))["access_token"]
    auth.rows("UPDATE accounts SET roles = '{admin}'")
    assert await problem(await leave(auth, token)) == (409, "last_admin")
    await auth.register("bob")
    auth.rows("UPDATE accounts SET roles = '{admin}'")
    assert (await leave(auth, token)).status == 204


async def test_a_deletion_reports_that_the_canvases_go_as_well(auth: Auth) -> None:
    session = await auth.register("ada")
    assert (await leave(auth, session["access_token"], canvases="delete")).status == 204
    [deleted] = published(auth, "account.deleted")
    assert (deleted["canvases"], deleted["heir_id"]) == ("delete", None)


async def test_a_deletion_reports_whom_the_canvases_go_to(auth: Auth) -> None:
    session, heir = await auth.register("ada"), (await auth.register("bob"))["account"]
    assert (await leave(auth, session["access_token"], canvases={"transfer_to": heir["id"]})).status == 204
    [deleted] = published(auth, "account.deleted")
    assert (deleted["canvases"], deleted["heir_id"], deleted["heir_username"]) == (
        "transfer",
        heir["id"],
        "bob",
    )


@pytest.mark.parametrize("heir", ["oneself", "nobody", "suspended", "deleted"])
async def test_canvases_go_only_to_another_account_that_can_be_used(auth: Auth, heir: str) -> None:
    session, bob = await auth.register("ada"), await auth.register("bob")
    heir_id = bob["account"]["id"]
    if heir == "suspended":
        auth.rows("UPDATE accounts SET status = 'suspended', suspension_reason = 'x' WHERE username = 'bob'")
    elif heir == "deleted":
        await leave(auth, bob["access_token"])
    else:
        heir_id = session["account"]["id"] if heir == "oneself" else 10**15
    response = await leave(auth, session["access_token"], canvases={"transfer_to": heir_id})
    assert await fields_at_fault(response) == {"body.canvases.transfer_to"}
    assert (await auth.login("ada")).status == 200


async def test_two_accounts_that_leave_to_each_other_at_once_do_not_both_get_through(auth: Auth) -> None:
    pair = [await auth.register("ada"), await auth.register("bob")]
    responses = await asyncio.gather(
        *(
            leave(auth, one["access_token"], canvases={"transfer_to": other["account"]["id"]})
            for one, other in (pair, reversed(pair))
        )
    )
    assert sorted(response.status for response in responses) == [204, 422]
