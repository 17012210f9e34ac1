"""Requests and responses about members and invitations."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from services.tiles.canvases.rules import CanvasRole
from services.tiles.members.rules import MAX_USES, TOKEN_MAX
from shared.http.models import Body, Moment, View


class MemberDraft(Body):
    """The role of a member: a `viewer` sees, a `painter` paints, a `moderator` does what the owner may."""

    role: CanvasRole = Field(strict=False)


class MemberView(View):
    """A member of a canvas."""

    artist: ArtistView
    role: CanvasRole
    joined_at: datetime


class MembershipView(View):
    """What the caller is on a canvas: null for one who is no member; the owner has no role."""

    role: CanvasRole | None


class CanvasInvitationDraft(Body):
    """The role of those who accept, how many may, and until when; null for no limit."""

    role: CanvasRole = Field(strict=False)
    max_uses: int | None = Field(None, ge=1, le=MAX_USES)
    expires_at: Moment | None = None


class CanvasInvitationView(View):
    """An invitation, without its token."""

    id: int
    role: CanvasRole
    max_uses: int | None
    uses: int
    expires_at: datetime | None
    created_by: ArtistView
    created_at: datetime


class NewCanvasInvitationView(CanvasInvitationView):
    """A new invitation with its token, which is shown this once: the link is `/join#TOKEN`."""

    token: str = Field(repr=False)


class Acceptance(Body):
    """The token of an invitation."""

    token: str = Field(min_length=1, max_length=TOKEN_MAX, repr=False)


class AcceptedView(View):
    """The canvas that the caller may see now, and what they are on it."""

    canvas_id: int
    role: CanvasRole | None
