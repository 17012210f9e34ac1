"""Settings of the site: who may read and change them, and that they apply at once in every process."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.auth import Auth, StartAuth, fields_at_fault, list_published, problem

DEFAULTS = {"registration": "open", "challenge": "auto", "second_factor": "optional"}


async def test_registration_is_open_until_an_admin_decides_otherwise(auth: Auth) -> None:
    admin = await auth.register_admin()
    assert await auth.get("/admin/settings", admin) == DEFAULTS
    assert (await auth.get("/auth/registration"))["registration"] == "open"


async def test_a_change_applies_to_the_next_registration_in_another_process(
    auth: Auth, start_auth: StartAuth, database_url: str
) -> None:
    other = await start_auth(database_url)
    admin = await auth.register_admin()
    await auth.set_policy(admin, registration="closed")
    refused = await other.call("POST", "/register", json=other.registration("ada"))
    assert await problem(refused) == (403, "registration_closed")
    assert (await other.get("/auth/registration"))["registration"] == "closed"
    await auth.set_policy(admin, registration="open")
    await other.register("ada")


async def test_a_setting_that_is_left_out_keeps_its_value(auth: Auth) -> None:
    admin = await auth.register_admin()
    await auth.set_policy(admin, registration="closed")
    await auth.set_policy(admin, challenge="always")
    changed = {**DEFAULTS, "registration": "closed", "challenge": "always"}
    assert await auth.get("/admin/settings", admin) == changed


async def test_a_change_is_published_for_the_audit_log(auth: Auth) -> None:
    admin = await auth.register_admin()
    await auth.set_policy(admin, registration="closed")
    data = {"actor_id": admin["account"]["id"], "settings": {"registration": "closed"}}
    assert list_published(auth, "policy.changed") == [data]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"registration": "sometimes"}, "body.registration"),
        ({"registration": None}, "body"),
        ({}, "body"),
        ({"colour": "red"}, "body.colour"),
    ],
)
async def test_a_change_to_what_does_not_exist_names_the_field(
    auth: Auth, body: dict[str, Any], field: str
) -> None:
    admin = await auth.register_admin()
    response = await auth.request("PUT", "/admin/settings", admin, json=body)
    assert await fields_at_fault(response) == {field}
    assert await auth.get("/admin/settings", admin) == DEFAULTS


OPERATIONS = [
    ("GET", "/admin/settings", None),
    ("PUT", "/admin/settings", {"registration": "closed"}),
    ("POST", "/admin/invitations", {"max_uses": 1}),
    ("GET", "/admin/invitations", None),
    ("GET", "/admin/invitations/1/accounts", None),
    ("DELETE", "/admin/invitations/1", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        ("guest", (401, "not_authenticated")),
        ("artist", (403, "not_allowed")),
        ("moderator", (403, "not_allowed")),
    ],
)
async def test_only_admins_decide_who_comes_in(
    auth: Auth, method: str, path: str, body: Any, role: str, refusal: tuple[int, str]
) -> None:
    caller = None
    if role != "guest":
        caller = await (auth.register() if role == "artist" else auth.register_moderator())
    response = await auth.request(method, path, caller, **({"json": body} if body else {}))
    assert await problem(response) == refusal


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
async def test_an_admin_who_lost_the_role_is_refused_although_the_token_has_it(
    auth: Auth, method: str, path: str, body: Any
) -> None:
    admin = await auth.register_admin()
    auth.rows("UPDATE accounts SET roles = '{}'")
    response = await auth.request(method, path, admin, **({"json": body} if body else {}))
    assert await problem(response) == (403, "not_allowed")
