"""The client of a request."""

from __future__ import annotations

from aiohttp import web

from services.auth.sessions.rules import USER_AGENT_MAX, Client, determine_client_address


def read_client(request: web.Request) -> Client:
    """Read the address and the User-Agent of the caller (`determine_client_address`)."""
    user_agent = request.headers.get("User-Agent", "").encode(errors="replace").decode()[:USER_AGENT_MAX]
    return Client(
        address=determine_client_address(request.headers.getall("X-Real-Ip", []), request.remote),
        user_agent=user_agent.replace("\x00", "") or None,
    )
