"""Routes of members and invitations."""

from __future__ import annotations

from aiohttp import web

from services.tiles.members.schemas import (
    Acceptance,
    AcceptedView,
    CanvasInvitationDraft,
    CanvasInvitationView,
    MemberDraft,
    MembershipView,
    MemberView,
    NewCanvasInvitationView,
)
from services.tiles.members.service import MEMBERS
from shared.http.access import Access
from shared.http.clients import locate
from shared.http.models import Page, Paging
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity


async def list_members(
    request: web.Request, canvas_id: int, query: Paging, caller: Identity | None
) -> web.Response:
    """List the members of a canvas, by id; its owner is none."""
    return respond(await request.app[MEMBERS].list(caller, canvas_id, query))


async def get_membership(request: web.Request, canvas_id: int, caller: Identity) -> web.Response:
    """Show what the caller is on a canvas."""
    return respond(await request.app[MEMBERS].get_membership(caller, canvas_id))


async def set_member(
    request: web.Request, canvas_id: int, artist_id: int, body: MemberDraft, caller: Identity
) -> web.Response:
    """Give an artist a role on a canvas, as its owner or a moderator; repeating it changes nothing.

    Only the owner and moderators of the site decide who moderates a canvas.
    """
    await request.app[MEMBERS].name(caller, canvas_id, artist_id, body.role)
    return respond_empty()


async def remove_member(
    request: web.Request, canvas_id: int, artist_id: int, caller: Identity
) -> web.Response:
    """End a membership: one's own, or as the canvas's owner or a moderator that of another.

    If the canvas is private, the artist's sockets close with 4404.
    """
    await request.app[MEMBERS].remove(caller, canvas_id, artist_id)
    return respond_empty()


async def list_canvas_invitations(
    request: web.Request, canvas_id: int, query: Paging, caller: Identity
) -> web.Response:
    """List the invitations to a canvas that can be accepted, oldest first, as its owner or a moderator."""
    return respond(await request.app[MEMBERS].list_invitations(caller, canvas_id, query))


async def invite_members(
    request: web.Request, canvas_id: int, body: CanvasInvitationDraft, caller: Identity
) -> web.Response:
    """Make an invitation to a canvas, as its owner or a moderator; its token is shown this once.

    Anyone with the link `/join#TOKEN` can accept it.
    """
    invitation, token = await request.app[MEMBERS].invite(caller, canvas_id, body)
    shown = CanvasInvitationView.model_validate(invitation).model_dump()
    return respond(
        NewCanvasInvitationView(**shown, token=token), status=201, headers=locate(request, invitation.id)
    )


async def revoke_canvas_invitation(
    request: web.Request, canvas_id: int, invitation_id: int, caller: Identity
) -> web.Response:
    """Revoke an invitation; artists whom it has admitted stay members."""
    await request.app[MEMBERS].revoke(caller, canvas_id, invitation_id)
    return respond_empty()


async def accept_invitation(request: web.Request, body: Acceptance, caller: Identity) -> web.Response:
    """Become a member of a canvas; accepting an invitation again changes nothing and does not use it up."""
    return respond(await request.app[MEMBERS].accept(caller, body.token))


_NO_CANVAS = "404 canvas_not_found"

OPERATIONS = (
    Operation(
        "GET", "/canvases/{canvas_id}/members", list_members, {200: Page[MemberView]}, refusals=(_NO_CANVAS,)
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/membership", get_membership, {200: MembershipView}, Access.ARTIST,
        (_NO_CANVAS,),
    ),
    Operation(
        "PUT", "/canvases/{canvas_id}/members/{artist_id}", set_member, {204: None}, Access.ARTIST,
        (
            "403 not_canvas_owner", "404 artist_not_found", _NO_CANVAS, "409 canvas_owner",
            "409 member_limit",
        ),
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/members/{artist_id}", remove_member, {204: None}, Access.ARTIST,
        ("403 not_canvas_owner", _NO_CANVAS, "404 member_not_found"),
    ),
    Operation(
        "GET", "/canvases/{canvas_id}/invitations", list_canvas_invitations,
        {200: Page[CanvasInvitationView]}, Access.ARTIST, ("403 not_canvas_owner", _NO_CANVAS),
    ),
    Operation(
        "POST", "/canvases/{canvas_id}/invitations", invite_members, {201: NewCanvasInvitationView},
        Access.ARTIST, ("403 not_canvas_owner", _NO_CANVAS, "409 too_many_invitations"),
    ),
    Operation(
        "DELETE", "/canvases/{canvas_id}/invitations/{invitation_id}", revoke_canvas_invitation, {204: None},
        Access.ARTIST, ("403 not_canvas_owner", _NO_CANVAS, "404 invitation_not_found"),
    ),
    Operation(
        "POST", "/invitations/accept", accept_invitation, {200: AcceptedView}, Access.ARTIST,
        ("403 account_suspended", "404 invitation_invalid", "409 member_limit"),
    ),
)  # fmt: skip
