"""The base application of every process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

from shared.http import error_pages
from shared.http.context import PROCESS, add_process_headers, request_context
from shared.http.health import LEAVING, Check, health_routes
from shared.http.problems import problems

API_PREFIX = "/api/v1"


def create_base_app(service: str, instance: str, checks: Mapping[str, Check]) -> web.Application:
    """Make an application with the conventions of every service and no features yet."""
    app = web.Application(middlewares=[request_context(service, instance), problems])
    app[PROCESS] = (service, instance)
    app[LEAVING] = asyncio.Event()
    app.on_response_prepare.append(add_process_headers)
    app.add_routes(health_routes(checks))
    app.router.add_route("*", error_pages.PATH, error_pages.respond_for_gateway)
    return app
