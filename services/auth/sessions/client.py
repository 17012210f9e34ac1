"""Who is at the other end of a request."""

from __future__ import annotations

from aiohttp import web

from services.auth.sessions.rules import USER_AGENT_MAX, Client, client_address


def client_of(request: web.Request) -> Client:
    """Return the address and the name of the caller's software; see `client_address` for what is believed."""
    user_agent = request.headers.get("User-Agent", "").encode(errors="replace").decode()[:USER_AGENT_MAX]
    return Client(
        address=client_address(request.headers.getall("X-Real-Ip", []), request.remote),
        user_agent=user_agent.replace("\x00", "") or None,
    )
