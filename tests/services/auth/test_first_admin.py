"""The verb `first-admin`, run as a process."""

from __future__ import annotations

import asyncio

from tests.support.auth import Auth
from tests.support.auth_verbs import run_and_parse, run_verb


async def test_the_first_admin_is_published_with_the_role(auth: Auth) -> None:
    admin = await run_and_parse(auth.database_url, "first-admin")
    [(account_id, username, roles)] = auth.rows("SELECT id, username, roles FROM accounts")
    assert (username, roles) == (admin["username"], ["admin"])
    assert auth.rows("SELECT routing_key FROM outbox ORDER BY id") == [
        (f"account.registered.{account_id}",), (f"account.roles_changed.{account_id}",)
    ]  # fmt: skip


async def test_of_several_concurrent_first_admins_one_is_created(auth: Auth) -> None:
    admins = await asyncio.gather(*(run_and_parse(auth.database_url, "first-admin") for _ in range(3)))
    assert [admin["username"] for admin in admins] == ["admin"] * 3
    assert sum(admin["password"] is not None for admin in admins) == 1
    assert auth.rows("SELECT count(*) FROM accounts") == [(1,)]


async def test_the_name_of_the_first_admin_can_be_chosen(auth: Auth) -> None:
    chosen = {"AUTH_ADMIN_USERNAME": "ada", "AUTH_ADMIN_EMAIL": "ada@mail.test"}
    admin = await run_and_parse(auth.database_url, "first-admin", **chosen)
    assert admin["username"] == "ada"
    assert auth.rows("SELECT username, email FROM accounts") == [("ada", "ada@mail.test")]


async def test_an_existing_account_does_not_become_the_first_admin(auth: Auth) -> None:
    await auth.register("Admin")
    status, out, err = await run_verb(auth.database_url, "first-admin")
    assert (status, out) == (1, "")
    assert "username_taken" in err
    assert "AUTH_ADMIN_USERNAME" in err
    assert auth.rows("SELECT username, roles FROM accounts") == [("Admin", [])]


async def test_a_first_admin_who_let_the_password_expire_gets_another(auth: Auth) -> None:
    first = await run_and_parse(auth.database_url, "first-admin")
    auth.rows("UPDATE accounts SET password_expires_at = now()")
    second = await run_and_parse(auth.database_url, "first-admin")
    assert second["password"] not in (None, first["password"])
    third = await run_and_parse(auth.database_url, "first-admin")
    assert third == {"username": "admin", "password": None, "expires_at": None}
