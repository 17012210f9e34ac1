"""Plain HTTP is only sent on to HTTPS: with 308, for every method, and browsers remember it.

Traefik's own redirection answers GET with 301. So its router for HTTP names the port of HTTPS in a header of
the gateway's own, which no client can send (gateway/dynamic/middlewares.yml), and `frontend` answers.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

HTTPS_PORT = "X-Https-Port"


@web.middleware
async def send_to_https(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what came over HTTP where HTTPS is spoken as well."""
    port = request.headers.get(HTTPS_PORT)
    if port is None:
        return await handler(request)
    there = request.url.origin().with_scheme("https").with_port(int(port))
    return web.Response(status=308, headers={"Location": f"{there}{request.raw_path}"})
