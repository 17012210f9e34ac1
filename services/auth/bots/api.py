"""Routes of bots' tokens."""

from __future__ import annotations

from aiohttp import web

from services.auth.bots.schemas import (
    BotAccessView,
    BotTokenDraft,
    BotTokenView,
    NewBotTokenView,
    TokenExchange,
)
from services.auth.bots.service import BOTS
from services.auth.sessions.client import read_client
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope


async def create_token(request: web.Request, body: BotTokenDraft, caller: Identity) -> web.Response:
    """Make a token for a bot, which is shown only in this response."""
    return respond(await request.app[BOTS].create(caller, body, read_client(request)), status=201)


async def list_tokens(request: web.Request, query: Paging, caller: Identity) -> web.Response:
    """List the caller's tokens for bots, oldest first."""
    return respond(await request.app[BOTS].list(caller, query))


async def revoke_token(request: web.Request, token_id: int, caller: Identity) -> web.Response:
    """Revoke a token; within a second no service accepts an access token of it."""
    await request.app[BOTS].revoke(caller, token_id)
    return respond_empty()


async def exchange_token(request: web.Request, body: TokenExchange) -> web.Response:
    """Exchange a bot's token for an access token, which is valid for a quarter of an hour."""
    return respond(await request.app[BOTS].exchange(body.token.get_secret_value()))


OPERATIONS = (
    Operation(
        "POST",
        "/auth/tokens",
        create_token,
        {201: NewBotTokenView},
        Access.ARTIST,
        [
            "403 account_suspended",
            "403 not_allowed",
            "403 confirmation_required",
            "409 too_many_tokens",
        ],
    ),
    Operation(
        "GET",
        "/auth/tokens",
        list_tokens,
        {200: Page[BotTokenView]},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation(
        "DELETE",
        "/auth/tokens/{token_id}",
        revoke_token,
        {204: None},
        Access.ARTIST,
        ["403 account_suspended", "404 token_not_found"],
    ),
    Operation(
        "POST",
        "/auth/token",
        exchange_token,
        {200: BotAccessView},
        refusals=["401 token_invalid", "403 account_suspended"],
    ),
)
