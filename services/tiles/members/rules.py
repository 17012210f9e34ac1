"""Who names, removes and invites members, and when an invitation admits; standard library only."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import check_may_manage, owns
from services.tiles.canvases.rules import Canvas, CanvasRole
from shared.errors import Conflict, Invalid, NotAllowed, NotFound

MOST_MEMBERS = 500
"""Per canvas: their roles are read with the canvas."""

MOST_INVITATIONS = 50
"""Per canvas; only invitations that still admit members count."""

MAX_USES = 500
TOKEN_MAX = 100
"""Characters of a token; a real one has 43."""

_RANKS = {CanvasRole.VIEWER: 1, CanvasRole.PAINTER: 2, CanvasRole.MODERATOR: 3}


@dataclass(frozen=True, slots=True)
class Member:
    """An artist and their role on a canvas."""

    artist: Artist
    role: CanvasRole
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class CanvasInvitation:
    """An invitation as stored, without its token."""

    id: int
    canvas_id: int
    role: CanvasRole
    max_uses: int | None
    uses: int
    expires_at: datetime | None
    created_by: Artist
    created_at: datetime


def make_token() -> str:
    """Make a token of 256 random bits, in base64url."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return the SHA-256 of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def check_may_name(canvas: Canvas, actor: Actor, artist_id: int, role: CanvasRole) -> None:
    """Check that the actor may give an artist a role on the canvas.

    The owner and moderators of the site name moderators; those of the canvas name others, but do not demote
    each other. Raises NotAllowed `not_canvas_owner`, Conflict `canvas_owner` for the owner, who needs no
    role, and `member_limit`.
    """
    _check_may_change(canvas, actor, artist_id, role)
    if artist_id == canvas.owner.id:
        raise Conflict("canvas_owner", "The owner of a canvas has all rights on it already.")
    check_has_room(canvas, artist_id)


def check_may_remove(canvas: Canvas, actor: Actor, artist_id: int) -> None:
    """Check that the actor may end a membership: as in `check_may_name`, and everybody their own.

    Raises NotAllowed, NotFound `member_not_found`.
    """
    if artist_id not in canvas.roles:
        check_may_manage(canvas, actor)
        raise NotFound("member_not_found", "This artist is not a member of this canvas.")
    if actor.id != artist_id:
        _check_may_change(canvas, actor, artist_id, None)


def check_may_invite(canvas: Canvas, actor: Actor, role: CanvasRole) -> None:
    """Check that the actor may invite artists to have a role. Raises NotAllowed `not_canvas_owner`."""
    _check_may_change(canvas, actor, None, role)


def _check_may_change(canvas: Canvas, actor: Actor, artist_id: int | None, role: CanvasRole | None) -> None:
    check_may_manage(canvas, actor)
    current = None if artist_id is None else canvas.roles.get(artist_id)
    if CanvasRole.MODERATOR in (role, current) and not (actor.is_moderator or owns(canvas, actor)):
        raise NotAllowed("not_canvas_owner", "Only the owner decides who moderates this canvas.")


def check_has_room(canvas: Canvas, artist_id: int) -> None:
    """Raise Conflict `member_limit` if the artist would be one member too many."""
    if artist_id not in canvas.roles and len(canvas.roles) >= MOST_MEMBERS:
        raise Conflict("member_limit", f"A canvas has at most {MOST_MEMBERS} members.")


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Refuse an invitation that would have expired; raises Invalid."""
    if expires_at is not None and expires_at <= now:
        raise Invalid.field("body", "expires_at", msg="must be in the future")


def check_admits(invitation: CanvasInvitation, now: datetime) -> None:
    """Raise NotFound `invitation_invalid` for an invitation that is used up or expired."""
    is_used_up = invitation.max_uses is not None and invitation.uses >= invitation.max_uses
    if is_used_up or (invitation.expires_at is not None and invitation.expires_at <= now):
        raise invalid_invitation()


def invalid_invitation() -> NotFound:
    """Build the refusal of a token that is unknown, used up, expired or revoked, without saying which."""
    return NotFound("invitation_invalid", "This invitation is not valid, or no longer valid.")


def is_gain(canvas: Canvas, artist_id: int, role: CanvasRole) -> bool:
    """Return whether the role allows the artist more than what they have on the canvas."""
    current = canvas.roles.get(artist_id)
    return artist_id != canvas.owner.id and (current is None or _RANKS[role] > _RANKS[current])
