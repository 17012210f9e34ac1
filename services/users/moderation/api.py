"""Routes of moderation."""

from __future__ import annotations

from aiohttp import web

from services.users.moderation.schemas import (
    AccountFilter,
    AccountStandingView,
    CommandView,
    RolesDraft,
    SuspensionDraft,
)
from services.users.moderation.service import MODERATION
from shared.http.access import Access
from shared.http.models import Page
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def list_accounts(request: web.Request, query: AccountFilter) -> web.Response:
    """List accounts with status and roles, by id."""
    return respond(await request.app[MODERATION].list_accounts(query))


async def suspend_account(
    request: web.Request, user_id: int, body: SuspensionDraft, caller: Identity
) -> web.Response:
    """Suspend an account, until a moment or for good; repeating it replaces reason and end.

    Auth applies it within a second; the response describes the command.
    """
    return respond(await request.app[MODERATION].suspend(caller, user_id, body), status=202)


async def reinstate_account(request: web.Request, user_id: int, caller: Identity) -> web.Response:
    """End the suspension of an account.

    Auth applies it within a second; the response describes the command.
    """
    return respond(await request.app[MODERATION].reinstate(caller, user_id), status=202)


async def set_account_roles(
    request: web.Request, user_id: int, body: RolesDraft, caller: Identity
) -> web.Response:
    """Replace the site roles of an account.

    Auth applies it within a second; the response describes the command.
    """
    return respond(await request.app[MODERATION].set_roles(caller, user_id, body), status=202)


_REFUSALS = ("404 user_not_found", "403 oneself", "409 account_deleted")

OPERATIONS = (
    Operation("GET", "/admin/users", list_accounts, {200: Page[AccountStandingView]}, Access.MODERATOR),
    Operation(
        "POST",
        "/admin/users/{user_id}/suspend",
        suspend_account,
        {202: CommandView},
        Access.MODERATOR,
        [*_REFUSALS, "403 target_has_role"],
    ),
    Operation(
        "POST",
        "/admin/users/{user_id}/reinstate",
        reinstate_account,
        {202: CommandView},
        Access.MODERATOR,
        [*_REFUSALS, "403 target_has_role"],
    ),
    Operation(
        "PUT",
        "/admin/users/{user_id}/roles",
        set_account_roles,
        {202: CommandView},
        Access.ADMIN,
        _REFUSALS,
    ),
)
