"""One representative request for each route, sent through the gateway.

A stack is up only when these succeed: every process can be healthy while the gateway reaches none of them.
"""

from __future__ import annotations

import asyncio
import ssl

import aiohttp

from deploy.stack.errors import DeployError
from deploy.stack.load import Report, Wait

# Path, and the service that must answer it, with any status below 500 (most require a login).
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
"""The prefix of the request ids of the operator's own commands, which do not count as traffic."""

PROBE_SECONDS = 30.0  # for every route to be answered; the first health checks come a second after the start


async def probe_routes(url: str, report: Report, trusted: ssl.SSLContext | None = None) -> int:
    """Probe every route of the stack at `url` and return their number; `trusted` verifies its certificate.

    Raises DeployError naming the routes that their service does not answer within PROBE_SECONDS, or the
    longer time that an overloaded machine takes.
    """
    waiting = Wait(f"the routes at {url}", PROBE_SECONDS, report)
    connector = aiohttp.TCPConnector(ssl=trusted or True)
    timeout = aiohttp.ClientTimeout(total=5)
    headers = {"X-Request-Id": f"{OWN_REQUESTS}up"}
    async with aiohttp.ClientSession(url, connector=connector, timeout=timeout, headers=headers) as client:
        while True:
            failures = await asyncio.gather(*(_failure(client, path, service) for path, service in PROBES))
            wrong = [failure for failure in failures if failure]
            if not wrong:
                return len(PROBES)
            if waiting.is_over(wrong[0].strip() + (f" and {len(wrong) - 1} more" if wrong[1:] else "")):
                raise DeployError(
                    f"{waiting} these routes are not answered correctly through the gateway:\n"
                    + "\n".join(wrong)
                )
            await asyncio.sleep(0.2)


async def _failure(client: aiohttp.ClientSession, path: str, service: str) -> str | None:
    try:
        async with client.get(path, allow_redirects=False) as response:
            answerer = response.headers.get("X-Service")
            if answerer == service and response.status < 500:
                return None
            return f"    {path}: {response.status} from {answerer or 'the gateway'}, expected {service}"
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"    {path}: {error or 'no answer'}, expected {service}"
