"""The client of a request."""

from __future__ import annotations

from aiohttp import web

from services.auth.sessions.rules import USER_AGENT_MAX, Client, client_address


def client_of(request: web.Request) -> Client:
    """Return the address and the User-Agent of the caller; see `client_address` for what is trusted."""
    user_agent = request.headers.get("User-Agent", "").encode(errors="replace").decode()[:USER_AGENT_MAX]
    return Client(
        address=client_address(request.headers.getall("X-Real-Ip", []), request.remote),
        user_agent=user_agent.replace("\x00", "") or None,
    )
