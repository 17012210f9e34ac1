"""A real gateway on free ports, and the service that it routes each path to."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.backend import EchoBackend
from tests.support.waiting import eventually

TRAEFIK = Path(sys.executable).with_name("traefik")
SERVICES = ("auth", "users", "tiles", "frontend")


@dataclass(frozen=True)
class GatewayUnderTest:
    """A running Traefik with the repository's configuration."""

    url: str
    internal_url: str
    folder: Path
    process: asyncio.subprocess.Process
    client: aiohttp.ClientSession

    async def read_api(self, path: str) -> Any:
        """Read from Traefik's own API."""
        async with self.client.get(f"{self.internal_url}/api{path}") as response:
            return await response.json()

    async def access_log(self, lines: int) -> list[dict[str, Any]]:
        """Return the access log once it has this many lines."""
        found: list[str] = []

        async def is_written() -> bool:
            found[:] = (self.folder / "access.log").read_text().splitlines()
            return len(found) >= lines

        await eventually(is_written)
        return [json.loads(line) for line in found]

    async def has_server_status(self, status: str, backend: EchoBackend, check: str = "ready") -> bool:
        service = await self.read_api(f"/http/services/{backend.service}-{check}@file")
        return bool(service["serverStatus"][backend.url] == status)


@asynccontextmanager
async def serving_backends() -> AsyncIterator[dict[str, EchoBackend]]:
    """One process of each service, by its name."""
    made = {service: EchoBackend(service) for service in SERVICES}
    for backend in made.values():
        await backend.start()
    try:
        yield made
    finally:
        for backend in made.values():
            await backend.stop()


Start = Callable[..., Awaitable[GatewayUnderTest]]
TABLE = {
    "/api/v1/auth/login": "auth",
    "/.well-known/jwks.json": "auth",
    "/api/v1/users/7": "users",
    "/api/v1/users": "users",
    "/api/v1/reports": "users",
    "/api/v1/admin/dashboard": "users",
    "/api/v1/admin/reports/3": "users",
    "/api/v1/admin/users": "users",
    "/api/v1/admin/audit": "users",
    "/api/v1/canvases": "tiles",
    "/api/v1/canvases/1.png": "tiles",
    "/api/v1/tiles/169": "tiles",
    "/api/v1/invitations/accept": "tiles",
    "/api/v1/ws/stats": "tiles",
    "/api/v1/admin/canvases/1/rollback": "tiles",
    "/api/v1/admin/tiles/1/lock": "tiles",
    "/": "frontend",
    "/static/favicon.svg": "frontend",
    "/api/docs": "frontend",
    "/api/v1/openapi.json": "frontend",
    # No service's: `frontend` responds with a 404 problem.
    "/api/v1/authors": "frontend",
    "/api/v1/tilesets/1": "frontend",
    "/api/v1/admin": "frontend",
    "/api/v2/tiles": "frontend",
    "/.well-known/security.txt": "frontend",
}
