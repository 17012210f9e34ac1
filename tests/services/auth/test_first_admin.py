"""The verb `first-admin`, run as a process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any

from tests.support.auth import SECRET, Auth


async def first_admin(database_url: str, **environment: str) -> tuple[int, bytes, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "services.auth", "first-admin"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "AUTH_DATABASE_URL": database_url,
            "AUTH_BROKER_URL": "amqp://127.0.0.1:1/",
            "AUTH_SECRET": SECRET,
            **environment,
        },
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out, err


async def make_admin(database_url: str, **environment: str) -> dict[str, Any]:
    status, out, err = await first_admin(database_url, **environment)
    assert status == 0, err
    [line] = out.splitlines()
    admin: dict[str, Any] = json.loads(line)
    return admin


async def test_the_first_admin_can_log_in_with_the_printed_password(auth: Auth) -> None:
    admin = await make_admin(auth.database_url)
    assert admin["username"] == "admin"
    session = await (await auth.login("admin", admin["password"])).json()
    assert session["account"]["roles"] == ["admin"]
    account_id = session["account"]["id"]
    assert auth.rows("SELECT routing_key FROM outbox ORDER BY id") == [
        (f"account.registered.{account_id}",), (f"account.roles_changed.{account_id}",)
    ]  # fmt: skip


async def test_of_several_concurrent_first_admins_one_is_created(auth: Auth) -> None:
    admins = await asyncio.gather(*(make_admin(auth.database_url) for _ in range(3)))
    assert [admin["username"] for admin in admins] == ["admin"] * 3
    assert sum(admin["password"] is not None for admin in admins) == 1
    assert auth.rows("SELECT count(*) FROM accounts") == [(1,)]


async def test_the_name_of_the_first_admin_can_be_chosen(auth: Auth) -> None:
    admin = await make_admin(auth.database_url, AUTH_ADMIN_USERNAME="ada", AUTH_ADMIN_EMAIL="ada@mail.test")
    assert admin["username"] == "ada"
    assert (await auth.login("ada@mail.test", admin["password"])).status == 200


async def test_an_existing_account_does_not_become_the_first_admin(auth: Auth) -> None:
    await auth.register("Admin")
    status, out, err = await first_admin(auth.database_url)
    assert (status, out) == (1, b"")
    assert b"username_taken" in err
    assert b"AUTH_ADMIN_USERNAME" in err
    assert auth.rows("SELECT username, roles FROM accounts") == [("Admin", [])]
