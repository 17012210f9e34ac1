"""A small real backend that echoes requests and fails on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from shared.http import error_pages
from shared.http.clients import TRUSTED_PROXIES, read_address, read_path_prefix
from shared.http.context import (
    PROCESS_HEADERS,
    add_process_headers,
    make_process_headers,
    set_request_id,
)
from shared.networks import Network
from tests.support.parts import free_ports

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class EchoBackend:
    """A process that the gateway cannot distinguish from one of a service."""

    service: str
    instance: str = "1"
    port: int = 0
    is_ready: bool = True
    trusted_proxies: Sequence[Network] = ()
    is_starved: bool = False  # too slow for health checks, not for requests
    seen: list[str] = field(default_factory=list)
    error_requests: list[Mapping[str, str]] = field(default_factory=list)  # headers of those for error pages
    checked_from: list[int] = field(default_factory=list)  # the port of each check of /ready
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, always on the same port, which nobody else is given while this backend is dead."""
        self.port = self.port or free_ports(1)[0]
        app = web.Application(middlewares=[self._record])
        app[TRUSTED_PROXIES] = self.trusted_proxies
        app.on_response_prepare.append(add_process_headers)
        app.router.add_get("/health", self._health)
        app.router.add_get("/ready", self._ready)
        app.router.add_get(error_pages.PATH, self._error_page)
        app.router.add_get("/api/v1/ws/canvas/{id}", self._live)
        app.router.add_route("*", "/{path:.*}/slow", self._slow)
        app.router.add_route("*", "/{path:.*}/late", self._late)
        app.router.add_route("*", "/{path:.*}/dies", self._dies)
        app.router.add_get("/{path:.*}/long.{kind:json|png}", self._long)
        app.router.add_route("*", "/{path:.*}", self._echo)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await site.start()

    async def stop(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    async def die(self) -> None:
        """End as after kill -9: every connection breaks immediately."""
        assert self._runner is not None
        assert self._runner.server is not None
        for site in self._runner.sites:
            await site.stop()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await self.stop()

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = request.headers.get("X-Request-Id", "made-by-the-service")
        set_request_id(request_id)
        request[PROCESS_HEADERS] = make_process_headers(self.service, self.instance, request_id)
        if request.path not in {"/health", "/ready"} and not request.path.startswith("/gateway-errors/"):
            self.seen.append(f"{request.method} {request.path}")
        return await handler(request)

    async def _health(self, _: web.Request) -> web.Response:
        await self._starve()
        return web.Response()

    async def _ready(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.checked_from.append(request.transport.get_extra_info("peername")[1])
        await self._starve()
        return web.Response(status=200 if self.is_ready else 503)

    async def _error_page(self, request: web.Request) -> web.Response:
        self.error_requests.append(dict(request.headers))
        return await error_pages.respond_for_gateway(request)

    async def _starve(self) -> None:
        if self.is_starved:
            await asyncio.sleep(10)

    async def _echo(self, request: web.Request) -> web.Response:
        body = await request.read()
        answer = {
            "service": self.service,
            "path": request.path,
            "prefix": read_path_prefix(request),
            "client": read_address(request),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body_bytes": len(body),
        }
        return web.json_response(answer, status=200 if self.is_ready else 503)

    async def _slow(self, _: web.Request) -> web.Response:
        await asyncio.sleep(10)
        return web.Response()

    async def _late(self, _: web.Request) -> web.Response:
        await asyncio.sleep(0.6)
        return web.Response()

    async def _dies(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def _long(self, request: web.Request) -> web.Response:
        media_type = {"json": "application/json", "png": "image/png"}[request.match_info["kind"]]
        return web.Response(body=b"[" + b"0," * 5000 + b"0]", content_type=media_type)

    async def _live(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["tessera.v1.json"], compress=False)
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await socket.send_str(f"{request.query.get('ticket')} said {message.data}")
        return socket
