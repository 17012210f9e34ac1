"""The verbs in real processes, from an empty database to a clean stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process

import aiohttp
import orjson
import pytest

from tests.support.identities import TestKeys
from tests.support.parts import Databases, VirtualHost, free_ports
from tests.support.users import ANN
from tests.support.waiting import PATIENCE, eventually


async def start(verb: str, environment: dict[str, str]) -> Process:
    command = (sys.executable, "-m", "services.users", verb)
    return await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment}, stderr=PIPE)


async def stop(process: Process) -> list[dict[str, object]]:
    """Stop it as a supervisor does, within 10 s and with status 0; returns its log."""
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        _, log = await process.communicate()
    assert process.returncode == 0
    return [orjson.loads(line) for line in log.splitlines()]


@pytest.mark.slow
async def test_the_processes_migrate_start_serve_and_stop(
    database: Databases, broker: VirtualHost, keys: TestKeys
) -> None:
    environment = {
        "USERS_DATABASE_URL": database("users"),
        "USERS_BROKER_URL": broker.url,
        "USERS_JWKS_URL": keys.jwks_url,
        "USERS_INSTANCE": "users-1",
    }
    for _ in range(2):
        migrate = await start("migrate", environment)
        _, log = await migrate.communicate()
        assert migrate.returncode == 0, log.decode()

    ports = free_ports(2)
    web, worker = [
        await start(verb, {**environment, "USERS_BIND": f"127.0.0.1:{port}"})
        for verb, port in zip(("web", "worker"), ports, strict=True)
    ]
    async with aiohttp.ClientSession() as session:

        async def both_ready() -> bool:
            try:
                answers = [await session.get(f"http://127.0.0.1:{port}/ready") for port in ports]
            except aiohttp.ClientConnectionError:
                return False
            return [answer.status for answer in answers] == [200, 200]

        await eventually(both_ready)
        profile = f"http://127.0.0.1:{ports[0]}/api/v1/users/profile"
        async with session.get(profile, headers=keys.bearer(*ANN)) as response:
            assert response.status == 200
            assert response.headers["X-Instance"] == "users-1"
    for process in (web, worker):
        assert all(line["service"] == "users" for line in await stop(process))
