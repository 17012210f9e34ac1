"""Context of the current request: its id and trace, for logs, problems and events."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import cache

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from prometheus_client import Histogram
from structlog.typing import FilteringBoundLogger

from shared import logs, tracing

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
PROCESS = web.AppKey("PROCESS", tuple[str, str])
"""Name of the service and of this process."""
PROCESS_HEADERS = web.RequestKey("PROCESS_HEADERS", dict[str, str])
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

REQUEST_SECONDS = Histogram(
    "http_request_seconds",
    "Time from the parsed request to the response.",
    ["method", "route", "status"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
)


def get_request_id() -> str | None:
    """Return the id of the current request, or None outside of one."""
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    """Set the id of the current request."""
    _request_id.set(request_id)


def make_process_headers(service: str, instance: str, request_id: str) -> dict[str, str]:
    """Make the headers that name the process and the request."""
    return {"X-Service": service, "X-Instance": instance, "X-Request-Id": request_id}


def request_context(service: str, instance: str) -> Middleware:
    """Make the outermost middleware: id, trace, timing, and the headers that name this process."""

    # Bound once: until it is, a logger is configured again for each line, written or not.
    log = structlog.get_logger(__name__).bind()

    @web.middleware
    async def context(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("X-Request-Id", "")
        this = given if _WELL_FORMED.fullmatch(given) else tracing.make_id(16)
        set_request_id(this)
        trace = tracing.continue_trace(request.headers.get("traceparent"))
        logs.bind(request_id=this, trace_id=trace.trace_id)
        request[PROCESS_HEADERS] = make_process_headers(service, instance, this)
        started = time.perf_counter()
        response = await handler(request)
        _observe(log, request, response.status, time.perf_counter() - started)
        return response

    return context


async def add_process_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that name this process to every response, upgrades included.

    A handler of the signal `on_response_prepare`.
    """
    response.headers.update(request.get(PROCESS_HEADERS, {}))
    # Caches must not guess; a handler whose response may be cached sets the header itself.
    response.headers.setdefault("Cache-Control", "no-store")


@cache  # as many as there are routes, methods that aiohttp parses, and statuses
def _histogram(method: str, route: str, status: int) -> Histogram:
    return REQUEST_SECONDS.labels(method, route, str(status))


def _observe(log: FilteringBoundLogger, request: web.Request, status: int, seconds: float) -> None:
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "unknown"
    _histogram(request.method, route, status).observe(seconds)
    if status >= 500:
        log.error(
            "request failed", method=request.method, route=route, status=status, seconds=round(seconds, 4)
        )
    else:
        log.debug("request", method=request.method, route=route, status=status, seconds=round(seconds, 4))
