"""The operator's verbs, run as processes."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import aio_pika
import pyotp
import pytest

from services.auth.app import create_worker
from services.auth.keys.rules import PUBLISHED_AFTERWARDS
from shared.http.tokens import REFRESH_SECONDS
from shared.messaging import dead_letters
from shared.messaging.contracts import SetRoles, SuspendAccount
from shared.messaging.topology import COMMAND_EXCHANGE
from tests.support.auth import Auth, Client, is_ready, list_published, settings_for
from tests.support.auth_verbs import run_and_parse, run_verb
from tests.support.parts import VirtualHost
from tests.support.waiting import PATIENCE, eventually
from tests.support.wire import connect_wire


async def test_another_admin_can_be_created_and_is_published(auth: Auth) -> None:
    await run_and_parse(auth.database_url, "create-admin", "ada", "ada@mail.test")
    assert auth.rows("SELECT username, roles FROM accounts") == [("ada", ["admin"])]
    published = [key.rpartition(".")[0] for (key,) in auth.rows("SELECT routing_key FROM outbox ORDER BY id")]
    assert published == ["account.registered", "account.roles_changed"]


async def test_an_admin_with_a_taken_or_invalid_name_is_refused(auth: Auth) -> None:
    await auth.register("ada")
    for name, email, reason in (
        ("ADA", "other@mail.test", "username_taken"),
        ("_ada_", "other@mail.test", "username"),
        ("bob", "nonsense", "email"),
    ):
        status, out, err = await run_verb(auth.database_url, "create-admin", name, email)
        assert (status, out) == (1, "")
        assert reason in err
    assert auth.rows("SELECT count(*) FROM accounts") == [(1,)]


async def test_resetting_a_password_invalidates_the_old_one_and_all_sessions(auth: Auth) -> None:
    session = await auth.register("ada")
    await run_and_parse(auth.database_url, "reset-password", "ADA")
    assert (await auth.login("ada")).status == 401
    assert (await auth.refresh(session["refresh_token"])).status == 401
    assert auth.rows("SELECT account_id, session_id FROM revocations") == [(session["account"]["id"], None)]


async def test_the_password_of_an_unknown_account_cannot_be_reset(auth: Auth) -> None:
    status, _, err = await run_verb(auth.database_url, "reset-password", "nobody")
    assert status == 1
    assert "account_not_found" in err


async def test_a_rotated_key_is_published_long_before_it_signs(auth: Auth) -> None:
    [(first,)] = auth.rows("SELECT kid FROM signing_keys")
    made = await run_and_parse(auth.database_url, "rotate-keys")
    ahead = datetime.fromisoformat(made["signs_from"]) - datetime.now(UTC)
    assert timedelta(seconds=3 * REFRESH_SECONDS) < ahead < timedelta(minutes=6)
    kids = [kid for (kid,) in auth.rows("SELECT kid FROM signing_keys ORDER BY signs_from")]
    assert kids == [first, made["kid"]]
    status, _, err = await run_verb(auth.database_url, "rotate-keys")
    assert status == 1
    assert "rotation_under_way" in err


async def test_a_replaced_key_is_deleted_only_after_its_last_token_expires(
    auth: Auth, aiohttp_client: Any
) -> None:
    [(first,)] = auth.rows("SELECT kid FROM signing_keys")
    made = await run_and_parse(auth.database_url, "rotate-keys")

    async def kids_when_the_other_signs_for(age: timedelta) -> set[str]:
        auth.rows(
            "UPDATE signing_keys SET signs_from = now() - %(age)s"
            " - CASE kid WHEN %(first)s THEN interval '1 day' ELSE interval '0' END",
            {"age": age, "first": first},
        )
        # The worker's first round of housekeeping is complete once it has deleted this row.
        auth.rows("INSERT INTO login_throttles VALUES (sha256('round'), 1, now() - interval '1 s')")
        worker: Client = await aiohttp_client(create_worker(settings_for(auth.database_url)))
        async with asyncio.timeout(PATIENCE):
            while auth.rows("SELECT count(*) FROM login_throttles") != [(0,)]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await worker.close()  # so that the next round is that of the next worker
        return {kid for (kid,) in auth.rows("SELECT kid FROM signing_keys")}

    before = await kids_when_the_other_signs_for(PUBLISHED_AFTERWARDS - timedelta(seconds=30))
    assert before == {first, made["kid"]}
    after = await kids_when_the_other_signs_for(PUBLISHED_AFTERWARDS + timedelta(seconds=1))
    assert after == {made["kid"]}


@pytest.mark.slow
@pytest.mark.usefixtures("quick_retries")
@pytest.mark.usefixtures("quick_retries")
async def test_a_poison_command_can_be_listed_and_replayed(
    auth: Auth, new_broker: Any, aiohttp_client: Any
) -> None:
    broker: VirtualHost = new_broker()
    async with connect_wire(broker.url) as wire:
        worker: Client = await aiohttp_client(
            create_worker(settings_for(auth.database_url, broker_url=broker.url))
        )
        await eventually(lambda: is_ready(worker))
        admin = (await auth.register("boss"))["account"]["id"]
        auth.rows("UPDATE accounts SET roles = '{admin}'")
        ada = (await auth.register("ada"))["account"]["id"]
        await wire.receive(2)

        # PostgreSQL can never store this text; the next command must not wait for it.
        poison = SuspendAccount(account_id=ada, actor_id=admin, reason="\x00")
        await wire.send(poison)
        await wire.send(SetRoles(account_id=ada, actor_id=admin, roles=["moderator"]))
        assert [kind for kind, _ in await wire.receive(2)] == ["session.revoked", "account.roles_changed"]

        async def is_dead() -> bool:
            return len(await dead_letters.show(broker.url, "auth.commands")) == 1

        await eventually(is_dead)
        shown = await run_and_parse(
            auth.database_url, "dead-letters", "list", "auth.commands", AUTH_BROKER_URL=broker.url
        )
        assert (shown["type"], shown["reason"]) == ("account.suspend", "delivery_limit")
        assert json.loads(shown["body"])["data"]["account_id"] == ada

        replay = ("dead-letters", "replay", "auth.commands", "--id")
        other = await run_and_parse(auth.database_url, *replay, "no-such-id", AUTH_BROKER_URL=broker.url)
        assert other == {"replayed": 0}
        again = await run_and_parse(auth.database_url, *replay, shown["id"], AUTH_BROKER_URL=broker.url)
        assert again == {"replayed": 1}
        await eventually(is_dead)


@pytest.mark.usefixtures("quick_retries")
async def test_an_unreadable_command_is_dead_lettered_at_once(
    auth: Auth, new_broker: Any, aiohttp_client: Any
) -> None:
    broker: VirtualHost = new_broker()
    worker: Client = await aiohttp_client(
        create_worker(settings_for(auth.database_url, broker_url=broker.url))
    )
    await eventually(lambda: is_ready(worker))
    async with (
        connect_wire(broker.url),
        await aio_pika.connect(broker.url) as connection,
        connection.channel() as channel,
    ):
        exchange = await channel.get_exchange(COMMAND_EXCHANGE)
        await exchange.publish(aio_pika.Message(b"noise", message_id="7"), "account.suspend")

        async def is_dead() -> bool:
            found = await dead_letters.show(broker.url, "auth.commands")
            return [letter.reason for letter in found] == ["rejected"]

        await eventually(is_dead)


async def test_an_unreachable_broker_is_named(auth: Auth) -> None:
    status, _, err = await run_verb(auth.database_url, "dead-letters", "list", "auth.commands")
    assert status == 1
    assert err.splitlines()[-1].startswith("rabbitmq:")


async def test_accounts_are_counted_or_said_again_as_they_are(auth: Auth) -> None:
    await auth.register("ann")
    deleted = await auth.register("bob")
    auth.rows("UPDATE accounts SET status = 'deleted' WHERE id = %(id)s", {"id": deleted["account"]["id"]})
    auth.rows("DELETE FROM outbox")
    status, counted, _ = await run_verb(auth.database_url, "restate", "--dry-run")
    assert (status, json.loads(counted)) == (0, {"kind": "accounts", "rows": 2, "is_complete": True})
    assert auth.rows("SELECT FROM outbox") == []


async def test_the_broker_has_everything_when_accounts_were_said_again(
    auth: Auth, aiohttp_client: Any, broker: VirtualHost
) -> None:
    await auth.register("ann")
    await aiohttp_client(create_worker(settings_for(auth.database_url, broker_url=broker.url)))
    status, _, err = await run_verb(auth.database_url, "restate", AUTH_BROKER_URL=broker.url)
    assert (status, err) == (0, "")
    assert auth.rows("SELECT FROM outbox") == []


async def test_a_lost_second_factor_can_be_removed_which_is_published(auth: Auth) -> None:
    session = await auth.register("ada")
    made = await (await auth.request("POST", "/auth/totp", session)).json()
    code = {"code": pyotp.TOTP(made["secret"]).now()}
    assert (await auth.request("POST", "/auth/totp/confirm", session, json=code)).status == 200
    assert await run_and_parse(auth.database_url, "remove-second-factor", "ada@mail.test") == {
        "username": "ada"
    }
    assert (await auth.login("ada")).status == 200
    published = list_published(auth, "account.second_factor_removed")
    assert published == [{"account_id": session["account"]["id"]}]
    status, _, err = await run_verb(auth.database_url, "remove-second-factor", "ada")
    assert (status, "no_second_factor" in err) == (1, True)
