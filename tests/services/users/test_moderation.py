"""Moderation: rights over accounts, commands to auth, and their outcomes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from shared.db import Database
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountDeleted,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
)
from tests.support.users import (
    ADA,
    ADI,
    ANN,
    BOB,
    CAT,
    MAX,
    MOD,
    Caller,
    EventApplier,
    Users,
    list_outbox,
    registered,
)

NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)


async def suspend(users: Users, who: Caller | None, target: Caller, **body: Any) -> ClientResponse:
    body = {"reason": "spam", **body}
    return await users.call(who, "POST", f"/admin/users/{target.id}/suspend", json=body)


async def reinstate(users: Users, who: Caller | None, target: Caller) -> ClientResponse:
    return await users.call(who, "POST", f"/admin/users/{target.id}/reinstate")


async def set_roles(users: Users, who: Caller | None, target: Caller, *roles: str) -> ClientResponse:
    return await users.call(who, "PUT", f"/admin/users/{target.id}/roles", json={"roles": roles})


async def account(users: Users, target: Caller) -> Any:
    items = await users.pages("/admin/users", MOD, search=target.username)
    return next(item for item in items if item["id"] == target.id)


async def audit(users: Users, **params: Any) -> list[Any]:
    return await users.pages("/admin/audit", ADA, **params)


@pytest.fixture
async def everybody(users: Users, applier: EventApplier) -> Users:
    for artist in (ANN, BOB, MOD, MAX, ADA, ADI):
        await applier.apply(registered(artist))
        if artist.roles:
            roles = list(artist.roles)
            await applier.apply(
                AccountRolesChanged(account_id=artist.id, actor_id=ADI.id, roles=roles, version=2)
            )
    return users


MAY_SUSPEND = {
    (None, BOB): (401, "not_authenticated"),
    (ANN, BOB): (403, "not_allowed"),
    (BOB, BOB): (403, "not_allowed"),
    (MOD, BOB): (202, None),
    (MOD, MAX): (403, "target_has_role"),
    (MOD, MOD): (403, "oneself"),
    (MOD, ADA): (403, "target_has_role"),
    (MOD, CAT): (404, "user_not_found"),
    (ADA, MOD): (202, None),
    (ADA, ADI): (202, None),
    (ADA, ADA): (403, "oneself"),
}


@pytest.mark.parametrize(("pair", "answer"), MAY_SUSPEND.items())
async def test_the_right_to_suspend_and_reinstate_depends_on_both_roles(
    everybody: Users, pair: tuple[Caller | None, Caller], answer: tuple[int, str | None]
) -> None:
    for response in (await suspend(everybody, *pair), await reinstate(everybody, *pair)):
        assert (response.status, (await response.json()).get("code")) == answer


MAY_GRANT = {
    (None, BOB): (401, "not_authenticated"),
    (BOB, BOB): (403, "not_allowed"),
    (MOD, BOB): (403, "not_allowed"),
    (MOD, MOD): (403, "not_allowed"),
    (ADA, BOB): (202, None),
    (ADA, ADI): (202, None),
    (ADA, ADA): (403, "oneself"),
    (ADA, CAT): (404, "user_not_found"),
}


@pytest.mark.parametrize(("pair", "answer"), MAY_GRANT.items())
async def test_the_right_to_assign_roles_depends_on_both_roles(
    everybody: Users, pair: tuple[Caller | None, Caller], answer: tuple[int, str | None]
) -> None:
    response = await set_roles(everybody, *pair, "moderator")
    assert (response.status, (await response.json()).get("code")) == answer


@pytest.mark.parametrize(
    ("who", "users_status", "audit_status"),
    [(None, 401, 401), (ANN, 403, 403), (MOD, 200, 403), (ADA, 200, 200)],
)
async def test_only_permitted_roles_see_accounts_and_the_audit_log(
    users: Users, who: Caller | None, users_status: int, audit_status: int
) -> None:
    assert (await users.call(who, "GET", "/admin/users")).status == users_status
    assert (await users.call(who, "GET", "/admin/audit")).status == audit_status


async def test_a_refused_caller_leaves_no_trace(everybody: Users, db: Database) -> None:
    before = len(await audit(everybody))
    await suspend(everybody, MOD, ADA)
    await set_roles(everybody, MOD, BOB, "admin")
    assert await list_outbox(db) == []
    assert len(await audit(everybody)) == before


async def test_a_suspension_is_requested_of_auth_and_recorded(everybody: Users, db: Database) -> None:
    response = await suspend(everybody, MOD, BOB, until=NEXT_YEAR.isoformat())
    asked = await response.json()
    assert (asked["action"], asked["account_id"]) == ("account.suspend", BOB.id)
    (command,) = await list_outbox(db)
    assert (command["type"], command["subject"]) == ("account.suspend", f"account:{BOB.id}")
    assert command["data"]["actor_id"] == MOD.id
    assert datetime.fromisoformat(command["data"]["until"]) == NEXT_YEAR
    entry = (await audit(everybody, target_kind="user", target_id=BOB.id))[0]
    assert (entry["id"], entry["outcome"], entry["actor"]["username"]) == (
        asked["audit_id"], "requested", "mod"
    )  # fmt: skip
    assert (await account(everybody, BOB))["pending"] == ["account.suspend"]
    assert (await account(everybody, BOB))["status"] == "active"


async def test_the_outcome_of_a_suspension_completes_its_entry(
    everybody: Users, applier: EventApplier
) -> None:
    asked = await (await suspend(everybody, MOD, BOB)).json()
    await applier.apply(
        AccountSuspended(account_id=BOB.id, actor_id=MOD.id, reason="spam", until=NEXT_YEAR, version=3)
    )
    done, requested = await audit(everybody, action="account.suspend")
    assert (done["outcome"], done["refers_to"]) == ("done", asked["audit_id"])
    assert (requested["outcome"], requested["refers_to"]) == ("requested", None)
    shown = await account(everybody, BOB)
    assert (shown["status"], shown["suspension_reason"], shown["pending"]) == ("suspended", "spam", [])
    assert datetime.fromisoformat(shown["suspended_until"]) == NEXT_YEAR


async def test_a_command_that_auth_refuses_completes_its_entry_and_changes_nothing(
    everybody: Users, applier: EventApplier
) -> None:
    asked = await (await reinstate(everybody, MOD, BOB)).json()
    await applier.apply(
        AccountCommandRefused(
            account_id=BOB.id, actor_id=MOD.id, command="account.reinstate", code="not_suspended"
        )
    )
    refused = (await audit(everybody, action="account.reinstate"))[0]
    assert (refused["outcome"], refused["details"], refused["refers_to"]) == (
        "refused", {"code": "not_suspended"}, asked["audit_id"]
    )  # fmt: skip
    assert (await account(everybody, BOB))["status"] == "active"


async def test_eight_requests_at_once_get_eight_outcomes_of_their_own(
    everybody: Users, applier: EventApplier
) -> None:
    answers = await asyncio.gather(*(suspend(everybody, MOD, BOB) for _ in range(8)))
    asked = {(await answer.json())["audit_id"] for answer in answers}
    for version in range(8):
        await applier.apply(
            AccountSuspended(account_id=BOB.id, actor_id=MOD.id, reason="spam", version=version + 3)
        )
    entries = await audit(everybody, action="account.suspend")
    assert {entry["refers_to"] for entry in entries if entry["outcome"] == "done"} == asked
    assert len(asked) == 8


async def test_a_suspension_that_expires_is_recorded_without_an_actor(
    everybody: Users, applier: EventApplier
) -> None:
    await applier.apply(
        AccountSuspended(account_id=BOB.id, actor_id=MOD.id, reason="spam", version=3),
        AccountReinstated(account_id=BOB.id, version=4),
    )
    entry = (await audit(everybody, action="account.reinstate"))[0]
    assert (entry["actor"], entry["outcome"], entry["refers_to"]) == (None, "done", None)
    shown = await account(everybody, BOB)
    assert (shown["status"], shown["suspended_until"], shown["suspension_reason"]) == ("active", None, None)


async def test_an_older_change_of_an_account_does_not_undo_a_newer_one(
    everybody: Users, applier: EventApplier
) -> None:
    await applier.apply(
        AccountReinstated(account_id=BOB.id, actor_id=MOD.id, version=6),
        AccountSuspended(account_id=BOB.id, actor_id=MOD.id, reason="spam", version=5),
        AccountRolesChanged(account_id=BOB.id, actor_id=ADA.id, roles=["moderator"], version=8),
        AccountRolesChanged(account_id=BOB.id, actor_id=ADA.id, roles=[], version=7),
        AccountVerified(account_id=BOB.id, version=4),
    )
    shown = await account(everybody, BOB)
    assert (shown["status"], shown["roles"], shown["is_verified"]) == ("active", ["moderator"], True)


async def test_accounts_are_found_by_name_and_status(everybody: Users, applier: EventApplier) -> None:
    await applier.apply(AccountSuspended(account_id=BOB.id, actor_id=MOD.id, reason="spam", version=3))
    suspended = await everybody.pages("/admin/users", MOD, status="suspended")
    assert [item["id"] for item in suspended] == [BOB.id]
    assert [item["id"] for item in await everybody.pages("/admin/users", MOD, search="a")] == [
        ANN.id, ADA.id, ADI.id
    ]  # fmt: skip
    assert len(await everybody.pages("/admin/users", MOD, limit=2)) == 6


@pytest.mark.parametrize(
    "body",
    [
        {"reason": ""},
        {"reason": "x" * 501},
        {"until": "2020-01-01T00:00:00Z"},
        {"until": "2999-01-01T00:00:00"},
        {"until": "tomorrow"},
        {"forever": True},
    ],
)
async def test_an_invalid_suspension_is_refused(everybody: Users, body: dict[str, Any]) -> None:
    assert (await suspend(everybody, MOD, BOB, **body)).status == 422


@pytest.mark.parametrize("roles", [["owner"], "admin", [1], None])
async def test_roles_that_do_not_exist_are_refused(everybody: Users, roles: Any) -> None:
    response = await everybody.call(ADA, "PUT", f"/admin/users/{BOB.id}/roles", json={"roles": roles})
    assert response.status == 422


async def test_a_deleted_account_is_neither_suspended_nor_given_roles(
    everybody: Users, applier: EventApplier
) -> None:
    await applier.apply(AccountDeleted(account_id=BOB.id, version=3))
    for response in (
        await suspend(everybody, MOD, BOB),
        await reinstate(everybody, MOD, BOB),
        await set_roles(everybody, ADA, BOB, "admin"),
    ):
        assert (response.status, (await response.json())["code"]) == (409, "account_deleted")
