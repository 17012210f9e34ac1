"""The client of a request."""

from __future__ import annotations

from aiohttp import web

from services.auth.sessions.rules import USER_AGENT_MAX, Client
from shared.http.clients import read_address


def read_client(request: web.Request) -> Client:
    """Read the address and the User-Agent of the caller."""
    user_agent = request.headers.get("User-Agent", "").encode(errors="replace").decode()[:USER_AGENT_MAX]
    return Client(
        address=read_address(request),
        user_agent=user_agent.replace("\x00", "") or None,
    )
