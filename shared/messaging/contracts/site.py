"""Events about the site as a whole, from auth: what its admins decided about who comes in."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.messaging.contracts.event import Event


class PolicyChanged(Event):
    """An admin changed settings of the site; `settings` has the new value of each that was given."""

    type: ClassVar[str] = "policy.changed"
    subject_kind: ClassVar[str] = "site"

    actor_id: int
    settings: dict[str, str]

    @property
    def subject_id(self) -> int:
        """1: there is one site."""
        return 1


class InvitationEvent(Event):
    """What an admin did with an invitation; its code is in no event."""

    subject_kind: ClassVar[str] = "invitation"

    invitation_id: int
    actor_id: int

    @property
    def subject_id(self) -> int:
        """The invitation."""
        return self.invitation_id


class InvitationCreated(InvitationEvent):
    """An admin made an invitation for `max_uses` accounts; `expires_at` is null if it does not expire."""

    type: ClassVar[str] = "invitation.created"

    max_uses: int
    expires_at: datetime | None = None


class InvitationRevoked(InvitationEvent):
    """An admin revoked an invitation."""

    type: ClassVar[str] = "invitation.revoked"
