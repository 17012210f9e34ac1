"""PostgreSQL down: reported at once, and recovered from as soon as it is back."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from services.auth.app import create_app
from shared.db.migrations import migrate
from tests.support.auth import Auth, Client, is_ready, problem, settings_for
from tests.support.busy import here
from tests.support.parts import Private
from tests.support.waiting import eventually

pytestmark = pytest.mark.real_limits


async def test_without_postgresql_requests_fail_with_503_until_it_returns(
    private_database: Callable[[str], Private], aiohttp_client: Any
) -> None:
    postgres = await asyncio.to_thread(private_database, "auth")
    migrate("auth", postgres.url)
    client: Client = await aiohttp_client(create_app(settings_for(postgres.url)))
    await eventually(lambda: is_ready(client))
    auth = Auth(client, postgres.url)
    session = await auth.register("ada")

    await asyncio.to_thread(postgres.stop)
    for response, seconds in [
        await _timed(auth, "POST", "/register", json=auth.registration()),
        await _timed(auth, "POST", "/login", json={"username": "ada", "password": "x"}),
        await _timed(auth, "POST", "/refresh", json={"refresh_token": session["refresh_token"]}),
        await _timed(auth, "GET", "/me", token=session["access_token"]),
    ]:
        assert await problem(response) == (503, "postgres_unavailable")
        assert response.headers["X-Service"] == "auth"
        assert seconds < here(3)
    assert (await client.get("/health")).status == 200
    assert await problem(await client.get("/ready")) == (503, "postgres_unavailable")
    assert (await client.get("/.well-known/jwks.json")).status == 200

    await asyncio.to_thread(postgres.start)
    await eventually(lambda: is_ready(client))
    assert (await auth.refresh(session["refresh_token"])).status == 200


async def test_a_service_started_without_postgresql_recovers_once_it_is_up(
    private_database: Callable[[str], Private], aiohttp_client: Any
) -> None:
    postgres = await asyncio.to_thread(private_database, "auth")
    migrate("auth", postgres.url)
    await asyncio.to_thread(postgres.stop)
    client: Client = await aiohttp_client(create_app(settings_for(postgres.url)))
    auth = Auth(client, postgres.url)
    assert await problem(await client.get("/ready")) == (503, "postgres_unavailable")
    assert await problem(await client.get("/.well-known/jwks.json")) == (503, "postgres_unavailable")
    response = await auth.call("POST", "/register", json=auth.registration())
    assert await problem(response) == (503, "postgres_unavailable")

    await asyncio.to_thread(postgres.start)
    await eventually(lambda: is_ready(client))
    await auth.register()


async def test_a_postgresql_that_does_not_answer_is_treated_as_down(aiohttp_client: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://auth:secret@127.0.0.1:{silent.getsockname()[1]}/auth"
        client: Client = await aiohttp_client(create_app(settings_for(url)))
        credentials = {"username": "ada", "password": "x"}
        response, seconds = await _timed(Auth(client, url), "POST", "/login", json=credentials)
        assert await problem(response) == (503, "postgres_unavailable")
        assert seconds < here(3)
        await client.close()


async def _timed(auth: Auth, method: str, path: str, **kwargs: Any) -> tuple[Any, float]:
    started = time.perf_counter()
    response = await auth.call(method, path, **kwargs)
    return response, time.perf_counter() - started
