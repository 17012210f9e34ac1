"""Use cases of members and invitations.

A change of a membership is a change of the canvas: it has a number, so it takes effect between two strokes,
and every process learns of it in order.
"""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.access import check_may_manage
from services.tiles.canvases.journal import CanvasChanges, Journal, view
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import Canvas, CanvasRole
from services.tiles.canvases.service import visible_to
from services.tiles.members import rules, store
from services.tiles.members.rules import CanvasInvitation
from services.tiles.members.schemas import (
    AcceptedView,
    CanvasInvitationDraft,
    CanvasInvitationView,
    MembershipView,
    MemberView,
)
from shared.db import Connection, Database
from shared.errors import Conflict, NotAllowed, NotFound, ReferenceViolated
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import MemberNamed
from shared.messaging.outbox import Outbox

CHANGED, REMOVED = "member.changed", "member.removed"
"""Kinds of events on the live feed."""


class Members:
    """Naming, removing and inviting members of canvases."""

    def __init__(self, database: Database, journal: Journal, outbox: Outbox) -> None:
        self._database = database
        self._journal = journal
        self._outbox = outbox

    async def list(self, viewer: Identity | None, canvas_id: int, paging: Paging) -> Page[MemberView]:
        """Return a slice of the members, by id. Raises NotFound."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.list_members(conn, canvas_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda member: (member.artist.id,))
        return Page(items=[MemberView.model_validate(member) for member in items], next_cursor=cursor)

    async def get_membership(self, caller: Identity, canvas_id: int) -> MembershipView:
        """Return what the caller is on a canvas. Raises NotFound."""
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
        return MembershipView(role=canvas.roles.get(caller.account_id))

    async def name(self, caller: Identity, canvas_id: int, artist_id: int, role: CanvasRole) -> None:
        """Give an artist a role; repeating it changes nothing.

        Raises NotFound for the canvas or the artist, NotAllowed, Conflict `canvas_owner` or `member_limit`.
        """
        try:
            async with self._journal.transaction() as (conn, changes):
                canvas = await _get_for_update(conn, caller, canvas_id)
                rules.check_may_name(canvas, actor_of(caller), artist_id, role)
                if canvas.roles.get(artist_id) is not role:
                    await set_role(conn, changes, canvas, artist_id, role)
                    named = MemberNamed(
                        canvas_id=canvas_id, actor_id=caller.account_id, artist_id=artist_id, role=role.value
                    )
                    self._outbox.defer(conn, named)
        except ReferenceViolated:
            raise NotFound("artist_not_found", "No such artist.") from None

    async def remove(self, caller: Identity, canvas_id: int, artist_id: int) -> None:
        """End a membership; on a private canvas, the artist's sockets close. Raises NotFound, NotAllowed."""
        async with self._journal.transaction() as (conn, changes):
            canvas = await _get_for_update(conn, caller, canvas_id)
            rules.check_may_remove(canvas, actor_of(caller), artist_id)
            store.defer_remove(conn, canvas_id, artist_id)
            _record(changes, canvas, REMOVED, artist_id, None)

    async def invite(
        self, caller: Identity, canvas_id: int, draft: CanvasInvitationDraft
    ) -> tuple[CanvasInvitation, str]:
        """Make an invitation; returns it with its token, of which only the hash is stored.

        Raises NotFound, NotAllowed, Invalid, Conflict `too_many_invitations`.
        """
        token = rules.make_token()
        async with self._database.transaction() as conn:
            ensure_artist(conn, caller)
            canvas = await _get_for_update(conn, caller, canvas_id)
            rules.check_may_invite(canvas, actor_of(caller), draft.role)
            rules.check_expiry(draft.expires_at, datetime.now(UTC))
            if await store.count_invitations(conn, canvas_id) >= rules.MOST_INVITATIONS:
                raise Conflict(
                    "too_many_invitations", f"A canvas has at most {rules.MOST_INVITATIONS} invitations."
                )
            new = store.NewInvitation(
                canvas_id=canvas_id,
                token_hash=rules.hash_token(token),
                created_by=caller.account_id,
                **draft.model_dump(),
            )
            return await store.invite(conn, new), token

    async def list_invitations(
        self, caller: Identity, canvas_id: int, paging: Paging
    ) -> Page[CanvasInvitationView]:
        """Return a slice of the invitations that admit somebody. Raises NotFound, NotAllowed."""
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            check_may_manage(canvas, actor_of(caller))
            found = await store.list_invitations(
                conn, canvas_id, after=after_id(paging), count=paging.limit + 1
            )
        items, cursor = slice_of(found, paging, lambda invitation: (invitation.id,))
        return Page(items=[CanvasInvitationView.model_validate(one) for one in items], next_cursor=cursor)

    async def revoke(self, caller: Identity, canvas_id: int, invitation_id: int) -> None:
        """Revoke an invitation; members whom it has admitted stay. Raises NotFound, NotAllowed."""
        async with self._database.transaction() as conn:
            canvas = await _get_for_update(conn, caller, canvas_id)
            check_may_manage(canvas, actor_of(caller))
            if not await store.revoke(conn, canvas_id, invitation_id):
                raise NotFound("invitation_not_found", "No such invitation.")

    async def accept(self, caller: Identity, token: str) -> AcceptedView:
        """Become a member by an invitation; who has its role or more already does not use it up.

        Raises NotFound `invitation_invalid`, NotAllowed `account_suspended`, Conflict `member_limit`.
        """
        token_hash = rules.hash_token(token)
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            known = await store.get_by_token(conn, token_hash)
            if known is None:
                raise rules.invalid_invitation()
            prepend_lock(conn, known.canvas_id)
            invitation = await store.get_by_token(conn, token_hash)
            canvas = await canvases_store.get(conn, known.canvas_id)
            if invitation is None or canvas is None or not canvas.is_active:
                raise rules.invalid_invitation()
            if not await store.is_active(conn, caller.account_id):
                raise NotAllowed("account_suspended", "This account is suspended.")
            if not rules.is_gain(canvas, caller.account_id, invitation.role):
                return AcceptedView(canvas_id=canvas.id, role=canvas.roles.get(caller.account_id))
            rules.check_admits(invitation, datetime.now(UTC))
            rules.check_has_room(canvas, caller.account_id)
            store.defer_use(conn, invitation)
            await set_role(conn, changes, canvas, caller.account_id, invitation.role)
        return AcceptedView(canvas_id=canvas.id, role=invitation.role)


async def _get_for_update(conn: Connection, caller: Identity, canvas_id: int) -> Canvas:
    prepend_lock(conn, canvas_id)
    return visible_to(caller, await canvases_store.get(conn, canvas_id))


async def set_role(
    conn: Connection, changes: CanvasChanges, canvas: Canvas, artist_id: int, role: CanvasRole
) -> None:
    """Give an artist a role on a canvas, which the caller holds. Raises ReferenceViolated."""
    await store.set_role(conn, canvas.id, artist_id, role)
    _record(changes, canvas, CHANGED, artist_id, role)


def _record(
    changes: CanvasChanges, canvas: Canvas, kind: str, artist_id: int, role: CanvasRole | None
) -> None:
    shown = view(
        kind,
        changes.number(canvas),
        artist_id=artist_id,
        role=None if role is None else role.value,
        is_public=canvas.is_public,
    )
    changes.add_unpublished(canvas.id, shown, redraws=False)


MEMBERS = web.AppKey("MEMBERS", Members)
