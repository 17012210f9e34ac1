"""Moderation commands over the real broker: their effects, their answers, their refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from services.auth.app import create_worker
from services.auth.sessions import store
from shared.messaging.contracts import ReinstateAccount, SetRoles, SuspendAccount
from tests.support.auth import Auth, Client, is_ready, problem, settings_for
from tests.support.mailbox import Mailbox, body
from tests.support.parts import VirtualHost
from tests.support.waiting import PATIENCE, eventually
from tests.support.wire import Wire, connect_wire


@pytest.fixture
async def wire(broker: VirtualHost, auth: Auth, aiohttp_client: Any, tmp_path: Path) -> AsyncIterator[Wire]:
    """The broker, with auth's worker connected."""
    settings = settings_for(auth.database_url, broker_url=broker.url, mail_folder=tmp_path / "mail")
    async with connect_wire(broker.url) as wire:
        worker: Client = await aiohttp_client(create_worker(settings))
        await eventually(lambda: is_ready(worker))
        yield wire


async def register(auth: Auth, wire: Wire, name: str, *roles: str) -> dict[str, Any]:
    """Register an account with these roles and consume its event."""
    session = await auth.register(name)
    auth.rows(
        "UPDATE accounts SET roles = %(roles)s WHERE id = %(id)s",
        {"roles": list(roles), "id": session["account"]["id"]},
    )
    [(kind, _)] = await wire.receive(1)
    assert kind == "account.registered"
    return session


def number(session: dict[str, Any]) -> int:
    return int(session["account"]["id"])


async def test_a_suspension_revokes_all_access_and_is_published(auth: Auth, wire: Wire) -> None:
    mod, ada = await register(auth, wire, "mod", "moderator"), await register(auth, wire, "ada")
    until = datetime.now(UTC) + timedelta(days=1)
    await wire.send(SuspendAccount(account_id=number(ada), actor_id=number(mod), reason="spam", until=until))
    revoked, suspended = await wire.receive(2)
    assert revoked[0] == "session.revoked"
    assert revoked[1]["account_id"] == number(ada)
    assert revoked[1]["session_id"] is None
    assert suspended[0] == "account.suspended"
    assert datetime.fromisoformat(suspended[1].pop("until")) == until
    assert suspended[1] == {
        "account_id": number(ada), "username": "ada", "actor_id": number(mod), "reason": "spam", "version": 1
    }  # fmt: skip
    for response in (await auth.login("ada"), await auth.refresh(ada["refresh_token"])):
        answer = await response.json()
        assert (response.status, answer["code"], answer["reason"]) == (403, "account_suspended", "spam")
        assert datetime.fromisoformat(answer["until"]) == until


async def test_sessions_from_before_a_suspension_end_with_it(auth: Auth, wire: Wire) -> None:
    mod, ada = await register(auth, wire, "mod", "moderator"), await register(auth, wire, "ada")
    await wire.send(SuspendAccount(account_id=number(ada), actor_id=number(mod), reason="spam"))
    await wire.send(ReinstateAccount(account_id=number(ada), actor_id=number(mod)))
    await wire.receive(3)
    assert await problem(await auth.refresh(ada["refresh_token"])) == (401, "token_invalid")


async def test_a_suspension_is_explained_by_mail(auth: Auth, wire: Wire, tmp_path: Path) -> None:
    mod, ada = await register(auth, wire, "mod", "moderator"), await register(auth, wire, "ada")
    until = datetime(2099, 12, 24, 18, 30, tzinfo=UTC)
    suspension = SuspendAccount(
        account_id=number(ada), actor_id=number(mod), reason="spam & more", until=until
    )
    await wire.send(suspension)
    mail = await Mailbox(tmp_path / "mail", auth.database_url).wait_for_mail("account_suspended")
    told = "until 24 December 2099, 18:30 UTC. The reason: spam"
    assert f"{told} & more" in body(mail, "plain")
    assert f"{told} &amp; more" in body(mail, "html")


async def test_a_redelivered_command_changes_nothing(auth: Auth, wire: Wire) -> None:
    mod, ada = await register(auth, wire, "mod", "moderator"), await register(auth, wire, "ada")
    await wire.send(SuspendAccount(account_id=number(ada), actor_id=number(mod), reason="spam"), copies=3)
    await wire.send(ReinstateAccount(account_id=number(ada), actor_id=number(mod)))
    assert [kind for kind, _ in await wire.receive(3)] == [
        "session.revoked", "account.suspended", "account.reinstated"
    ]  # fmt: skip
    await wire.assert_empty()


async def test_a_repeated_suspension_is_applied_once_and_answered_twice(auth: Auth, wire: Wire) -> None:
    mod, ada = await register(auth, wire, "mod", "moderator"), await register(auth, wire, "ada")
    for _ in range(2):
        await wire.send(SuspendAccount(account_id=number(ada), actor_id=number(mod), reason="spam"))
    _, first, second = await wire.receive(3)
    assert first == second
    assert auth.rows("SELECT version FROM accounts WHERE username = 'ada'") == [(1,)]


async def test_a_reinstated_account_can_log_in_again(auth: Auth, wire: Wire) -> None:
    mod, ada = await register(auth, wire, "mod", "moderator"), await register(auth, wire, "ada")
    await wire.send(SuspendAccount(account_id=number(ada), actor_id=number(mod), reason="spam"))
    await wire.send(ReinstateAccount(account_id=number(ada), actor_id=number(mod)))
    assert (await wire.receive(3))[-1] == (
        "account.reinstated",
        {"account_id": number(ada), "username": "ada", "actor_id": number(mod), "version": 2},
    )
    assert (await auth.login("ada")).status == 200


async def test_an_expired_suspension_is_lifted_and_published(
    auth: Auth, wire: Wire, aiohttp_client: Any
) -> None:
    ada = await register(auth, wire, "ada")
    auth.rows(
        "UPDATE accounts SET status = 'suspended', suspension_reason = 'spam', version = 4,"
        " suspended_until = now() - interval '1 s'"
    )
    await aiohttp_client(create_worker(settings_for(auth.database_url)))
    assert await wire.receive(1) == [
        ("account.reinstated", {"account_id": number(ada), "username": "ada", "actor_id": None, "version": 5})
    ]
    assert (await auth.login("ada")).status == 200


@asynccontextmanager
async def changing_roles(
    wire: Wire, command: SetRoles, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[asyncio.Event]:
    """Let the worker change roles; it has revoked the tokens, and commits when the event is set."""
    has_revoked, may_commit = asyncio.Event(), asyncio.Event()
    insert = store.insert_revocation

    async def insert_and_wait(*args: Any) -> datetime:
        before = await insert(*args)
        has_revoked.set()
        await may_commit.wait()
        return before

    monkeypatch.setattr(store, "insert_revocation", insert_and_wait)
    await wire.send(command)
    async with asyncio.timeout(PATIENCE):
        await has_revoked.wait()
    yield may_commit


@pytest.mark.parametrize("issue", ["refresh", "ws-ticket"])
async def test_a_token_that_is_issued_during_a_change_of_roles_has_the_new_ones(
    auth: Auth, wire: Wire, monkeypatch: pytest.MonkeyPatch, issue: str
) -> None:
    admin, ada = await register(auth, wire, "boss", "admin"), await register(auth, wire, "ada")
    command = SetRoles(account_id=number(ada), actor_id=number(admin), roles=["moderator"])
    async with changing_roles(wire, command, monkeypatch) as may_commit:
        body = {"json": {"refresh_token": ada["refresh_token"]}} if issue == "refresh" else {}
        issuing = asyncio.create_task(auth.call("POST", f"/{issue}", token=ada["access_token"], **body))

        async def is_done_or_waits() -> bool:
            waiting = (
                "SELECT 1 FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return issuing.done() or bool(auth.rows(waiting))

        await eventually(is_done_or_waits)
        may_commit.set()
    issued = await (await issuing).json()
    token = issued["access_token"] if issue == "refresh" else issued["ticket"]
    assert jwt.decode(token, options={"verify_signature": False})["roles"] == ["moderator"]


async def test_setting_roles_revokes_tokens_with_the_old_roles(auth: Auth, wire: Wire) -> None:
    admin, ada = await register(auth, wire, "boss", "admin"), await register(auth, wire, "ada")
    await wire.send(
        SetRoles(account_id=number(ada), actor_id=number(admin), roles=["moderator", "moderator"])
    )
    revoked, changed = await wire.receive(2)
    assert revoked[0] == "session.revoked"
    assert changed[0] == "account.roles_changed"
    assert changed[1] == {
        "account_id": number(ada), "username": "ada", "actor_id": number(admin), "roles": ["moderator"],
        "version": 1,
    }  # fmt: skip
    refreshed = await auth.refresh(ada["refresh_token"])
    assert (await refreshed.json())["account"]["roles"] == ["moderator"]


async def test_invalid_commands_are_refused_by_an_event(auth: Auth, wire: Wire) -> None:
    admin = number(await register(auth, wire, "boss", "admin"))
    mod = number(await register(auth, wire, "mod", "moderator"))
    ada = number(await register(auth, wire, "ada"))
    past = datetime.now(UTC) - timedelta(seconds=1)
    refused = {
        "last_admin": SetRoles(account_id=admin, actor_id=admin, roles=["moderator"]),
        "unknown_role": SetRoles(account_id=ada, actor_id=admin, roles=["king"]),
        "account_not_found": ReinstateAccount(account_id=10**9, actor_id=admin),
        "until_in_the_past": SuspendAccount(account_id=ada, actor_id=mod, reason="spam", until=past),
        "own_account": SuspendAccount(account_id=admin, actor_id=admin, reason="spam"),
    }
    for code, command in refused.items():
        await wire.send(command)
        [(kind, data)] = await wire.receive(1)
        assert (kind, data["code"], data["command"]) == ("account.command_refused", code, command.type)
        assert (data["account_id"], data["actor_id"]) == (command.account_id, command.actor_id)
    assert auth.rows("SELECT DISTINCT version FROM accounts") == [(0,)]


async def test_a_command_is_refused_if_its_actor_has_lost_the_right(auth: Auth, wire: Wire) -> None:
    admin = number(await register(auth, wire, "boss", "admin"))
    mod = number(await register(auth, wire, "mod", "moderator"))
    ada = number(await register(auth, wire, "ada"))
    for command in (
        SuspendAccount(account_id=mod, actor_id=ada, reason="revenge"),
        SuspendAccount(account_id=admin, actor_id=mod, reason="revenge"),
        SuspendAccount(account_id=ada, actor_id=10**9, reason="nobody"),
        SetRoles(account_id=mod, actor_id=mod, roles=["admin"]),
    ):
        await wire.send(command)
        [(kind, data)] = await wire.receive(1)
        assert (kind, data["code"]) == ("account.command_refused", "not_allowed")


async def test_of_two_admins_who_demote_each_other_one_remains(auth: Auth, wire: Wire) -> None:
    one, other = await register(auth, wire, "one", "admin"), await register(auth, wire, "other", "admin")
    await wire.send(SetRoles(account_id=number(one), actor_id=number(other), roles=[]))
    await wire.send(SetRoles(account_id=number(other), actor_id=number(one), roles=[]))
    received = await wire.receive(3)
    assert [kind for kind, _ in received] == [
        "session.revoked", "account.roles_changed", "account.command_refused"
    ]  # fmt: skip
    assert auth.rows("SELECT count(*) FROM accounts WHERE 'admin' = ANY(roles)") == [(1,)]
