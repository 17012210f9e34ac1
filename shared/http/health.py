"""Alive, ready, measured: what operators and the gateway ask a process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from sqlalchemy import text

from shared.db import Database
from shared.errors import Unavailable
from shared.http.problems import unavailable_response
from shared.http.tokens import TokenVerifier

Check = Callable[[], Awaitable[None]]
"""Raises Unavailable when the dependency cannot be used."""

LEAVING = web.AppKey("leaving", asyncio.Event)
"""Set when the process was asked to stop and still serves; its `/ready` then sends the gateway elsewhere."""

DEPENDENCY_READY = Gauge(
    "dependency_ready", "1 when the last question to /ready found that dependency usable.", ["dependency"]
)

_SELECT_1 = text("SELECT 1")


def postgres_answers(database: Database) -> Check:
    """Check that a connection can be had and answers."""

    async def check() -> None:
        async with database.connection() as conn:
            await conn.fetch_value(_SELECT_1)

    return check


def keys_are_known(verifier: TokenVerifier) -> Check:
    """Check that callers can be identified."""

    async def check() -> None:
        if not verifier.has_keys:
            raise Unavailable("auth", "no signing keys known yet")

    return check


class Link(Protocol):
    """A part that needs the broker: relay, consumer."""

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached now."""
        ...


def broker_is_connected(*links: Link) -> Check:
    """Check that every link to the broker is up."""

    async def check() -> None:
        if not all(link.connected for link in links):
            raise Unavailable("rabbitmq", "not connected")

    return check


def health_routes(checks: Mapping[str, Check]) -> list[web.RouteDef]:
    """Make `/health` (alive), `/ready` (can serve; 503 names what is missing) and `/metrics`."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(request: web.Request) -> web.Response:
        if request.app[LEAVING].is_set():
            return web.json_response({"status": "leaving"}, status=503)
        for name, check in checks.items():
            try:
                await check()
            except Unavailable as error:
                DEPENDENCY_READY.labels(name).set(0)
                return unavailable_response(error)
            DEPENDENCY_READY.labels(name).set(1)
        return web.json_response({"status": "ready", "checked": list(checks)})

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/health", health), web.get("/ready", ready), web.get("/metrics", metrics)]
