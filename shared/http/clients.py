"""The client of a request."""

from __future__ import annotations

from aiohttp import web

from shared.networks import determine_client_address


def read_address(request: web.Request) -> str:
    """Return the address of the caller (`determine_client_address`)."""
    return determine_client_address(request.headers.getall("X-Real-Ip", []), request.remote)
