"""What the tests of all services share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from shared.db import DatabaseLimits, pool
from shared.http.protocol import ProblemRunner
from shared.messaging import consumer
from tests.support.waiting import PATIENCE


@pytest.fixture(autouse=True)
def generous_limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pool wait: 1.5 s for a connection are short on a machine with more to do than cores.

    Tests marked `real_limits` keep the limits of the product, and so do processes that a test starts.
    """
    if request.node.get_closest_marker("real_limits"):
        return

    def build_generous(
        pool_size: int = DatabaseLimits.pool_size,
        acquire: float = PATIENCE,
        statement: float = PATIENCE,
        lock: float = PATIENCE,
        prepared: int = DatabaseLimits.prepared,
    ) -> DatabaseLimits:
        return DatabaseLimits(pool_size, acquire, max(statement, PATIENCE), lock, prepared)

    monkeypatch.setattr(pool, "DatabaseLimits", build_generous)


class ServiceServer(TestServer):
    """Serves an application by the runner of the product: what it refuses before a handler is refused."""

    async def _make_runner(self, **settings: Any) -> web.AppRunner:
        return ProblemRunner(self.app, **settings)


@pytest.fixture
def aiohttp_client(aiohttp_client: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`await aiohttp_client(app)` serves an application as its process does, and makes a client of it."""

    async def serve(app: web.Application) -> Any:
        return await aiohttp_client(ServiceServer(app))

    return serve


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a consumer that waits for what is unavailable try again at once: a dead letter takes 50 s else."""
    monkeypatch.setattr(consumer, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(consumer, "LONGEST_PAUSE", 0.01)
