"""Health, readiness and metrics of a process, for operators and the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from shared.errors import Unavailable
from shared.http.problems import unavailable_response
from shared.http.tokens import TokenVerifier

Check = Callable[[], Awaitable[None]]
"""Raises Unavailable when the dependency cannot be used."""

LEAVING = web.AppKey("leaving", asyncio.Event)
"""Set between SIGTERM and the end of serving; `/ready` then fails, so that the gateway uses others."""

DEPENDENCY_READY = Gauge(
    "dependency_ready", "1 if the last call of /ready found that dependency usable.", ["dependency"]
)


def keys_are_known(verifier: TokenVerifier) -> Check:
    """Make the check that callers can be identified."""

    async def check() -> None:
        if not verifier.has_keys:
            raise Unavailable("auth", "no signing keys known yet")

    return check


def health_routes(checks: Mapping[str, Check]) -> list[web.RouteDef]:
    """Make `/health` (alive), `/ready` (can serve; a 503 names the missing dependency) and `/metrics`."""

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
