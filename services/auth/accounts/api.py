"""Routes of accounts."""

from __future__ import annotations

from aiohttp import web

from services.auth.accounts.schemas import AccountView, Registration
from services.auth.accounts.service import ACCOUNTS
from services.auth.sessions.client import client_of
from services.auth.sessions.schemas import SessionView
from services.auth.sessions.service import SESSIONS
from shared.http.operations import Operation, respond
from shared.identity import Access, Identity


async def register(request: web.Request, body: Registration) -> web.Response:
    """Make an account and log in."""
    return respond(SessionView.of(await request.app[ACCOUNTS].register(body, client_of(request))), status=201)


async def get_me(request: web.Request, caller: Identity) -> web.Response:
    """Show one's own account."""
    account, _ = await request.app[SESSIONS].holder(caller)
    return respond(AccountView.model_validate(account))


OPERATIONS = (
    Operation(
        "POST",
        "/auth/register",
        register,
        {201: SessionView},
        refusals=["409 username_taken", "409 email_taken"],
    ),
    Operation("GET", "/auth/me", get_me, {200: AccountView}, Access.ARTIST, ["403 account_suspended"]),
)
