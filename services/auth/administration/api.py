"""Routes of admins about who comes in."""

from __future__ import annotations

from aiohttp import web

from services.auth.administration.schemas import (
    InvitationDraft,
    InvitationView,
    InvitedAccountView,
    NewInvitationView,
    PolicyChange,
    PolicyView,
)
from services.auth.administration.service import ADMINISTRATION
from shared.http.access import Access
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity


async def get_settings(request: web.Request, caller: Identity) -> web.Response:
    """Show the settings of the site."""
    return respond(await request.app[ADMINISTRATION].get_policy(caller))


async def change_settings(request: web.Request, body: PolicyChange, caller: Identity) -> web.Response:
    """Change settings of the site; they apply at once, in every process, and the change is audited."""
    return respond(await request.app[ADMINISTRATION].change_policy(caller, body))


async def create_invitation(request: web.Request, body: InvitationDraft, caller: Identity) -> web.Response:
    """Make an invitation code, which is shown only in this response."""
    return respond(await request.app[ADMINISTRATION].invite(caller, body), status=201)


async def list_invitations(request: web.Request, query: Paging, caller: Identity) -> web.Response:
    """List invitations, newest first."""
    return respond(await request.app[ADMINISTRATION].list_invitations(caller, query))


async def list_invited_accounts(
    request: web.Request, invitation_id: int, query: Paging, caller: Identity
) -> web.Response:
    """List the accounts that came by an invitation, by id."""
    return respond(await request.app[ADMINISTRATION].list_invited(caller, invitation_id, query))


async def revoke_invitation(request: web.Request, invitation_id: int, caller: Identity) -> web.Response:
    """Revoke an invitation; the accounts that came by it stay."""
    await request.app[ADMINISTRATION].revoke_invitation(caller, invitation_id)
    return respond_empty()


_REFUSALS = ("403 account_suspended",)
_CHANGE_REFUSALS = (*_REFUSALS, "403 confirmation_required")
_MISSING = "404 invitation_not_found"

OPERATIONS = (
    Operation("GET", "/admin/settings", get_settings, {200: PolicyView}, Access.ADMIN, _REFUSALS),
    Operation("PUT", "/admin/settings", change_settings, {200: PolicyView}, Access.ADMIN, _CHANGE_REFUSALS),
    Operation(
        "POST",
        "/admin/invitations",
        create_invitation,
        {201: NewInvitationView},
        Access.ADMIN,
        _CHANGE_REFUSALS,
    ),
    Operation(
        "GET", "/admin/invitations", list_invitations, {200: Page[InvitationView]}, Access.ADMIN, _REFUSALS
    ),
    Operation(
        "GET",
        "/admin/invitations/{invitation_id}/accounts",
        list_invited_accounts,
        {200: Page[InvitedAccountView]},
        Access.ADMIN,
        (*_REFUSALS, _MISSING),
    ),
    Operation(
        "DELETE",
        "/admin/invitations/{invitation_id}",
        revoke_invitation,
        {204: None},
        Access.ADMIN,
        (*_CHANGE_REFUSALS, _MISSING),
    ),
)
