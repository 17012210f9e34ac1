"""Routes of tokens."""

from __future__ import annotations

from aiohttp import web

from services.auth.sessions.service import SESSIONS
from services.auth.tokens.rules import TICKET_SECONDS, Holder
from services.auth.tokens.schemas import TicketView
from services.auth.tokens.service import MINT
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def create_ws_ticket(request: web.Request, caller: Identity) -> web.Response:
    """Get a ticket that opens one WebSocket, so that no token has to travel in a URL."""
    account, session_id = await request.app[SESSIONS].holder(caller)
    ticket = request.app[MINT].ticket(Holder(account.id, account.username, account.roles, session_id))
    return respond(TicketView(ticket=ticket, expires_in=TICKET_SECONDS), status=201)


OPERATIONS = (
    Operation(
        "POST",
        "/auth/ws-ticket",
        create_ws_ticket,
        {201: TicketView},
        Access.ARTIST,
        ["403 account_suspended"],
    ),
)
