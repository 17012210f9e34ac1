"""Invitations admit exactly as many accounts as they say, until they expire or are revoked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.auth import Auth, StartAuth, fields_at_fault, list_published, problem

INVALID = (403, "invitation_invalid")


@pytest.fixture
async def admin(auth: Auth) -> dict[str, Any]:
    """An admin of a site that is open to the invited only."""
    admin = await auth.register_admin()
    await auth.set_policy(admin, registration="invitation")
    return admin


async def invite(auth: Auth, admin: dict[str, Any], **draft: Any) -> dict[str, Any]:
    response = await auth.request("POST", "/admin/invitations", admin, json=draft)
    assert response.status == 201, await response.text()
    made: dict[str, Any] = await response.json()
    return made


async def come(auth: Auth, code: str | None, **fields: Any) -> Any:
    invitation = {} if code is None else {"invitation": code}
    return await auth.call("POST", "/register", json=auth.registration(**invitation, **fields))


async def test_without_a_code_nobody_registers(auth: Auth, admin: dict[str, Any]) -> None:
    assert await problem(await come(auth, None)) == (403, "invitation_required")


async def test_an_unknown_code_is_refused(auth: Auth, admin: dict[str, Any]) -> None:
    assert await problem(await come(auth, "ABCD-2345-EFGH-6789")) == INVALID


async def test_a_code_may_be_typed_in_small_letters_and_without_hyphens(
    auth: Auth, admin: dict[str, Any]
) -> None:
    code = (await invite(auth, admin))["code"]
    assert (await come(auth, code.lower().replace("-", ""))).status == 201


async def test_eight_at_once_by_two_processes_use_a_code_exactly_as_often_as_it_allows(
    auth: Auth, admin: dict[str, Any], start_auth: StartAuth, database_url: str
) -> None:
    doors = [auth, await start_auth(database_url)]
    made = await invite(auth, admin, max_uses=3)
    responses = await asyncio.gather(
        *(
            come(doors[number % 2], made["code"], username=f"guest_{number}", email=f"g{number}@mail.test")
            for number in range(8)
        )
    )
    assert sorted(response.status for response in responses) == [201] * 3 + [403] * 5
    [listed] = (await auth.get("/admin/invitations", admin))["items"]
    assert (listed["uses"], listed["state"]) == (3, "used_up")
    guests = await auth.get(f"/admin/invitations/{made['id']}/accounts", admin)
    assert len(guests["items"]) == 3


async def test_a_refused_registration_uses_nothing_up(auth: Auth, admin: dict[str, Any]) -> None:
    code = (await invite(auth, admin, max_uses=1))["code"]
    name = admin["account"]["username"]
    assert await problem(await come(auth, code, username=name)) == (409, "username_taken")
    assert (await come(auth, code)).status == 201


async def test_an_expired_code_is_refused(auth: Auth, admin: dict[str, Any]) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    code = (await invite(auth, admin, expires_at=tomorrow))["code"]
    auth.rows("UPDATE invitations SET expires_at = now()")
    assert await problem(await come(auth, code)) == INVALID


async def test_a_revoked_code_is_refused_and_who_came_by_it_stays(auth: Auth, admin: dict[str, Any]) -> None:
    made = await invite(auth, admin, max_uses=2)
    guest = await (await come(auth, made["code"])).json()
    path = f"/admin/invitations/{made['id']}"
    assert (await auth.request("DELETE", path, admin)).status == 204
    assert (await auth.request("DELETE", path, admin)).status == 204
    assert await problem(await come(auth, made["code"])) == INVALID
    assert (await auth.call("GET", "/me", token=guest["access_token"])).status == 200
    assert len(list_published(auth, "invitation.revoked")) == 1


async def test_a_closed_site_admits_nobody_by_invitation(auth: Auth, admin: dict[str, Any]) -> None:
    code = (await invite(auth, admin))["code"]
    await auth.set_policy(admin, registration="closed")
    assert await problem(await come(auth, code)) == (403, "registration_closed")


async def test_on_an_open_site_a_code_still_records_who_came_by_it(auth: Auth, admin: dict[str, Any]) -> None:
    made = await invite(auth, admin, max_uses=2)
    await auth.set_policy(admin, registration="open")
    assert (await come(auth, made["code"], username="gwen")).status == 201
    assert await problem(await come(auth, "ABCD-2345-EFGH-6789")) == INVALID
    [guest] = (await auth.get(f"/admin/invitations/{made['id']}/accounts", admin))["items"]
    assert guest["username"] == "gwen"


async def test_the_code_is_shown_once_and_stored_as_a_hash(auth: Auth, admin: dict[str, Any]) -> None:
    made = await invite(auth, admin)
    listed = await auth.get("/admin/invitations", admin)
    assert listed["items"] == [{name: value for name, value in made.items() if name != "code"}]
    assert made["code"] not in str(auth.rows("SELECT * FROM invitations"))
    assert made["code"] not in str(auth.rows("SELECT payload FROM outbox"))


async def test_making_one_is_published_for_the_audit_log(auth: Auth, admin: dict[str, Any]) -> None:
    made = await invite(auth, admin, max_uses=4)
    assert list_published(auth, "invitation.created") == [
        {
            "invitation_id": made["id"],
            "actor_id": admin["account"]["id"],
            "max_uses": 4,
            "expires_at": None,
        }
    ]


async def test_invitations_are_listed_newest_first_in_pages(auth: Auth, admin: dict[str, Any]) -> None:
    made = [(await invite(auth, admin))["id"] for _ in range(3)]
    first = await auth.get("/admin/invitations?limit=2", admin)
    rest = await auth.get(f"/admin/invitations?limit=2&cursor={first['next_cursor']}", admin)
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"max_uses": 0}, "body.max_uses"),
        ({"max_uses": 10_001}, "body.max_uses"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "body.expires_at"),
    ],
)
async def test_an_invitation_for_nobody_is_refused(
    auth: Auth, admin: dict[str, Any], draft: dict[str, Any], field: str
) -> None:
    response = await auth.request("POST", "/admin/invitations", admin, json=draft)
    assert await fields_at_fault(response) == {field}


@pytest.mark.parametrize(("method", "path"), [("GET", "7/accounts"), ("DELETE", "7")])
async def test_an_invitation_that_does_not_exist_is_not_found(
    auth: Auth, admin: dict[str, Any], method: str, path: str
) -> None:
    response = await auth.request(method, f"/admin/invitations/{path}", admin)
    assert await problem(response) == (404, "invitation_not_found")
