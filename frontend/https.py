"""Redirects plain HTTP to HTTPS with 308, which keeps the method and is cached by browsers.

Traefik's own redirection answers GET with 301. Its router for HTTP therefore passes the port of HTTPS in a
header that no client can send (gateway/dynamic/middlewares.yml), and `frontend` responds.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

HTTPS_PORT = "X-Https-Port"


@web.middleware
async def redirect_to_https(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Redirect a request that arrived over HTTP if the gateway also serves HTTPS."""
    port = request.headers.get(HTTPS_PORT)
    if port is None:
        return await handler(request)
    target = request.url.origin().with_scheme("https").with_port(int(port))
    return web.Response(status=308, headers={"Location": f"{target}{request.raw_path}"})
