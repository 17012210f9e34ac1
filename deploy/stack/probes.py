"""One representative request for each route, sent through the gateway.

A stack is up only when these succeed: each process can be healthy by itself while the gateway reaches none.
"""

from __future__ import annotations

import asyncio
import ssl
import time

import aiohttp

from deploy.stack.errors import DeployError

# Path and the service that must answer it. Its status is its own business (most want a login), below 500.
PROBES = (
    ("/api/v1/auth/me", "auth"),
    ("/.well-known/jwks.json", "auth"),
    ("/api/v1/users/1", "users"),
    ("/api/v1/reports", "users"),
    ("/api/v1/admin/dashboard", "users"),
    ("/api/v1/admin/reports", "users"),
    ("/api/v1/admin/users", "users"),
    ("/api/v1/admin/audit", "users"),
    ("/api/v1/canvases", "tiles"),
    ("/api/v1/tiles/1", "tiles"),
    ("/api/v1/ws/canvas/1", "tiles"),
    ("/api/v1/admin/canvases/1/rollback", "tiles"),
    ("/api/v1/admin/tiles/1/lock", "tiles"),
    ("/", "frontend"),
    ("/api/docs", "frontend"),
    ("/api/v1/openapi.json", "frontend"),
    ("/api/v1/no-such-path", "frontend"),
)
OWN_REQUESTS = "deploy-"
"""How the ids of the operator's commands' own requests begin, which are nobody's traffic."""

PATIENCE = 15.0  # seconds; the gateway's first health checks come a second after its start


async def probe_routes(url: str, trusted: ssl.SSLContext | None = None) -> int:
    """Probe every route of the stack at `url` and return how many there are; `trusted` vouches for its HTTPS.

    Raises DeployError naming those that the right service does not answer.
    """
    deadline = time.monotonic() + PATIENCE
    connector = aiohttp.TCPConnector(ssl=trusted or True)
    timeout = aiohttp.ClientTimeout(total=5)
    headers = {"X-Request-Id": f"{OWN_REQUESTS}up"}
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout, headers=headers) as client:
        while True:
            answers = await asyncio.gather(*(_wrong(client, path, service) for path, service in PROBES))
            wrong = [answer for answer in answers if answer]
            if not wrong:
                return len(PROBES)
            if time.monotonic() > deadline:
                raise DeployError(
                    "through the gateway, these are not answered as they should be:\n" + "\n".join(wrong)
                )
            await asyncio.sleep(0.2)


async def _wrong(client: aiohttp.ClientSession, path: str, service: str) -> str | None:
    try:
        async with client.get(path, allow_redirects=False) as response:
            answerer = response.headers.get("X-Service")
            if answerer == service and response.status < 500:
                return None
            return f"    {path}: {response.status} from {answerer or 'the gateway'}, expected {service}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"    {path}: {error or 'no answer'}, expected {service}"
