"""Tokens of an ended session are refused within a second, even if they are cached as valid."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from shared.messaging.contracts import SessionRevoked
from shared.messaging.revocations import Revocation
from tests.support.busy import here
from tests.support.messaging import publish
from tests.support.parts import VirtualHost
from tests.support.users import ADA, ANN, BOB, MOD, Caller, StartUsers, Users
from tests.support.waiting import eventually

SESSION = 7


async def answer(users: Users, token: str) -> tuple[int, str | None]:
    """Return status and code of a request for the own profile."""
    headers = {"Authorization": f"Bearer {token}"}
    response = await users.call(None, "GET", "/users/profile", headers=headers)
    return response.status, (await response.json()).get("code")


async def revoke(broker: VirtualHost, artist: Caller, session_id: int | None = None) -> None:
    event = SessionRevoked(account_id=artist.id, session_id=session_id, before=datetime.now(UTC))
    envelope = event.envelope(producer="auth", traceparent=None)
    await publish(broker.url, envelope.routing_key, envelope.encode().encode(), str(envelope.id))


@pytest.fixture
async def listening(start_users: StartUsers, database_url: str, broker: VirtualHost) -> Users:
    """A process that receives revocations: it has applied one of another account."""
    users = await start_users(database_url, broker.url)
    marker = users.keys.token(*ADA, sid="1")

    async def receives() -> bool:
        await revoke(broker, ADA, 1)
        return (await answer(users, marker))[0] == 401

    await eventually(receives)
    return users


@pytest.mark.parametrize("session_id", [SESSION, None], ids=["one session", "all sessions"])
async def test_a_cached_token_is_refused_within_a_second_of_its_revocation(
    listening: Users, broker: VirtualHost, session_id: int | None
) -> None:
    token = listening.keys.token(*MOD, sid=str(SESSION), iat=time.time() - 1)
    assert await answer(listening, token) == (200, None)
    await revoke(broker, MOD, session_id)
    async with asyncio.timeout(here(1)):
        while await answer(listening, token) != (401, "token_revoked"):
            continue


async def test_other_sessions_and_other_accounts_stay_valid(listening: Users, broker: VirtualHost) -> None:
    ended = listening.keys.token(*ANN, sid=str(SESSION))
    await revoke(broker, ANN, SESSION)
    await eventually(lambda: _is_refused(listening, ended))
    assert await answer(listening, listening.keys.token(*ANN, sid="8")) == (200, None)
    assert await answer(listening, listening.keys.token(*BOB, sid="9")) == (200, None)


async def test_a_token_issued_after_the_revocation_is_valid(listening: Users, broker: VirtualHost) -> None:
    old = listening.keys.token(*ANN, sid="9", iat=time.time() - 1)
    await revoke(broker, ANN)
    await eventually(lambda: _is_refused(listening, old))
    assert await answer(listening, listening.keys.token(*ANN, sid="10")) == (200, None)


async def test_a_process_fetches_the_revocations_from_before_its_start(
    start_users: StartUsers, database_url: str, broker: VirtualHost
) -> None:
    users = await start_users(database_url)
    users.keys.revocations.append(Revocation(account_id=ANN.id, session_id=None, before=datetime.now(UTC)))
    old = users.keys.token(*ANN, iat=time.time() - 1)
    late = await start_users(database_url, broker.url)
    await eventually(lambda: _is_refused(late, old))


async def _is_refused(users: Users, token: str) -> bool:
    return await answer(users, token) == (401, "token_revoked")
