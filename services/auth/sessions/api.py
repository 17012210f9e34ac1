"""Routes of sessions, and of the WebSocket tickets issued to them."""

from __future__ import annotations

from aiohttp import web

from services.auth.sessions.browser import HEADERS, read_refresh_token, respond_ended, respond_session
from services.auth.sessions.client import read_client
from services.auth.sessions.logins import LOGINS
from services.auth.sessions.schemas import (
    Login,
    Logout,
    OpenSessionView,
    PasskeyLogin,
    PasskeyOptions,
    PasskeyRequest,
    Refresh,
    SecondFactor,
    SessionView,
    TicketView,
)
from services.auth.sessions.service import SESSIONS
from services.auth.tokens.rules import TICKET_SECONDS
from shared.errors import Invalid
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def login(request: web.Request, body: Login) -> web.Response:
    """Log in with a username or an email address."""
    grant = await request.app[LOGINS].login(
        body.username, body.password.get_secret_value(), read_client(request)
    )
    return respond_session(request, grant)


async def login_with_second_factor(request: web.Request, body: SecondFactor) -> web.Response:
    """Go on with a login that requires a second factor."""
    grant = await request.app[LOGINS].login_with_second_factor(
        body.challenge.get_secret_value(), body.proof(), read_client(request)
    )
    return respond_session(request, grant)


async def make_passkey_options(
    request: web.Request, body: PasskeyRequest, caller: Identity | None
) -> web.Response:
    """Get what a browser needs to log in, go on with a login, or confirm a session by a passkey."""
    token = None if body.challenge is None else body.challenge.get_secret_value()
    return respond(PasskeyOptions(options=await request.app[LOGINS].make_passkey_options(caller, token)))


async def login_with_passkey(request: web.Request, body: PasskeyLogin) -> web.Response:
    """Log in with a passkey, without name and password."""
    grant = await request.app[LOGINS].login_with_passkey(body.assertion, read_client(request))
    return respond_session(request, grant)


async def refresh(request: web.Request, body: Refresh | None) -> web.Response:
    """Replace the refresh token and get a new access token.

    A refresh token can be used once; using it again later ends its session.
    """
    token = read_refresh_token(request, body.refresh_token if body else None)
    if token is None:
        raise Invalid.field("body", "refresh_token", msg="Field required")
    return respond_session(request, await request.app[SESSIONS].refresh(token))


async def logout(request: web.Request, body: Logout | None, caller: Identity | None) -> web.Response:
    """End the session of the access token, of the refresh token, or both."""
    token = read_refresh_token(request, body.refresh_token if body else None)
    await request.app[SESSIONS].logout(caller, token)
    return respond_ended(request)


async def logout_all(request: web.Request, caller: Identity) -> web.Response:
    """End all sessions of the caller."""
    await request.app[SESSIONS].logout_all(caller)
    return respond_ended(request)


async def list_sessions(request: web.Request, query: Paging, caller: Identity) -> web.Response:
    """List the caller's sessions, oldest first."""
    return respond(await request.app[SESSIONS].list(caller, query))


async def end_session(request: web.Request, session_id: int, caller: Identity) -> web.Response:
    """End one of the caller's sessions."""
    await request.app[SESSIONS].end(caller, session_id)
    return respond_empty()


async def create_ws_ticket(request: web.Request, caller: Identity) -> web.Response:
    """Get a ticket that opens one WebSocket, so that no access token has to appear in a URL."""
    ticket = await request.app[SESSIONS].issue_ticket(caller)
    return respond(TicketView(ticket=ticket, expires_in=TICKET_SECONDS), status=201)


async def list_revocations(request: web.Request) -> web.Response:
    """List the revocations that other services may have missed (`shared.messaging.revocations`)."""
    return respond(await request.app[SESSIONS].list_revocations())


OPERATIONS = (
    Operation(
        "POST",
        "/auth/login",
        login,
        {200: SessionView},
        refusals=[
            "401 bad_credentials",
            "401 second_factor_required",
            "403 account_suspended",
            "403 one_time_password",
            "403 one_time_password_expired",
            "429 too_many_logins",
        ],
        headers=HEADERS,
    ),
    Operation(
        "POST",
        "/auth/login/second-factor",
        login_with_second_factor,
        {200: SessionView},
        refusals=["401 bad_code", "403 account_suspended", "429 too_many_logins"],
        headers=HEADERS,
    ),
    Operation(
        "POST",
        "/auth/passkeys/login/options",
        make_passkey_options,
        {200: PasskeyOptions},
        refusals=["401 bad_code"],
    ),
    Operation(
        "POST",
        "/auth/passkeys/login",
        login_with_passkey,
        {200: SessionView},
        refusals=["401 bad_passkey", "403 account_suspended"],
        headers=HEADERS,
    ),
    Operation(
        "POST",
        "/auth/refresh",
        refresh,
        {200: SessionView},
        refusals=["401 token_invalid", "401 token_reused", "403 account_suspended"],
        headers=HEADERS,
    ),
    Operation(
        "POST", "/auth/logout", logout, {204: None}, refusals=["401 not_authenticated"], headers=HEADERS
    ),
    Operation(
        "POST",
        "/auth/logout-all",
        logout_all,
        {204: None},
        Access.ARTIST,
        ["403 account_suspended"],
        HEADERS,
    ),
    Operation(
        "GET",
        "/auth/sessions",
        list_sessions,
        {200: Page[OpenSessionView]},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation(
        "DELETE",
        "/auth/sessions/{session_id}",
        end_session,
        {204: None},
        Access.ARTIST,
        ["403 account_suspended", "404 session_not_found"],
    ),
)

TICKET_OPERATIONS = (
    Operation(
        "POST",
        "/auth/ws-ticket",
        create_ws_ticket,
        {201: TicketView},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.READ,
    ),
)
