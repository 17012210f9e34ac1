"""PostgreSQL down: a 503 that names it within 3 s, and recovery without a restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.db.migrations import migrate
from tests.support.busy import here
from tests.support.parts import Private, private_postgres
from tests.support.users import ANN, NO_BROKER, StartUsers, StartWorker, Users
from tests.support.waiting import eventually

pytestmark = pytest.mark.real_limits

CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/users/profile", None),
    ("GET", "/users/stats", None),
    ("PUT", "/users/profile", {"bio": "lost"}),
    ("GET", "/users/2", None),
    ("GET", "/users/by-name/bob", None),
    ("GET", "/users?search=bob", None),
    ("GET", "/users/leaderboard", None),
    ("PUT", "/users/2/follow", None),
    ("DELETE", "/users/2/follow", None),
    ("GET", "/users/2/followers", None),
]


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Private]:
    """A server with the schema that keeps acknowledged writes even when it is killed."""
    private = private_postgres(tmp_path / "postgres", "users", durable=True)
    try:
        await asyncio.to_thread(private.start)
        await asyncio.to_thread(migrate, "users", private.url)
        yield private
    finally:
        await asyncio.to_thread(private.close)


async def all_refused(users: Users) -> None:
    for method, path, body in CALLS:
        started = time.monotonic()
        response = await users.call(ANN, method, path, json=body)
        assert time.monotonic() - started < here(3)
        problem = await response.json()
        assert (response.status, problem["code"]) == (503, "postgres_unavailable"), (path, problem)
        assert response.content_type == "application/problem+json"
        assert response.headers["X-Service"] == "users"
        assert response.headers["Retry-After"] == "1"


async def serves(users: Users) -> bool:
    return (await users.call(ANN, "GET", "/users/profile")).status == 200


async def test_the_service_starts_while_postgresql_is_down_and_recovers(
    start_users: StartUsers, postgres: Private
) -> None:
    await asyncio.to_thread(postgres.stop)
    users = await start_users(postgres.url)
    assert (await users.client.get("/health")).status == 200
    ready = await users.client.get("/ready")
    assert (ready.status, (await ready.json())["code"]) == (503, "postgres_unavailable")
    await all_refused(users)
    await asyncio.to_thread(postgres.start)
    await eventually(lambda: serves(users))
    assert (await users.client.get("/ready")).status == 200


async def test_postgresql_killed_under_the_service_is_named_and_nothing_is_lost(
    start_users: StartUsers, postgres: Private
) -> None:
    users = await start_users(postgres.url)
    await users.call(ANN, "PUT", "/users/profile", json={"bio": "kept"})
    await asyncio.to_thread(postgres.kill)
    await all_refused(users)
    await asyncio.to_thread(postgres.start)
    await eventually(lambda: serves(users))
    assert (await users.get("/users/1"))["bio"] == "kept"


async def test_a_worker_without_its_dependencies_is_alive_and_names_the_missing_one(
    start_worker: StartWorker, database_url: str
) -> None:
    worker = await start_worker(database_url, NO_BROKER)
    assert (await worker.get("/health")).status == 200
    ready = await worker.get("/ready")
    assert (ready.status, (await ready.json())["code"]) == (503, "rabbitmq_unavailable")
