"""The health check of the images: ready once, alive since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from deploy.stack.state_dir import REPOSITORY
from tests.support.backend import EchoBackend

SCRIPT = REPOSITORY / "deploy/docker/healthcheck.sh"
Check = Callable[..., Awaitable[bool]]


@pytest.fixture
async def backend() -> AsyncIterator[EchoBackend]:
    made = EchoBackend("tiles")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def is_healthy(backend: EchoBackend, tmp_path: Path) -> Check:
    async def check(*path: str) -> bool:
        process = await asyncio.create_subprocess_exec(
            "bash", str(SCRIPT), str(backend.port), *path, env={"TMPDIR": str(tmp_path)}
        )
        return await process.wait() == 0

    return check


async def test_a_process_that_was_never_ready_is_unhealthy(backend: EchoBackend, is_healthy: Check) -> None:
    backend.is_ready = False
    assert not await is_healthy()


async def test_a_process_that_was_ready_is_healthy_while_it_is_alive(
    backend: EchoBackend, is_healthy: Check
) -> None:
    assert await is_healthy()
    backend.is_ready = False
    assert await is_healthy()
    await backend.die()
    assert not await is_healthy()


async def test_with_a_path_only_that_path_counts(backend: EchoBackend, is_healthy: Check) -> None:
    assert await is_healthy("/ready")
    backend.is_ready = False
    assert not await is_healthy("/ready")
