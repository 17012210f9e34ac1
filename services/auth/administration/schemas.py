"""Requests and responses about the policy and about invitations."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.auth.invitations.rules import MAX_USES, Invitation, State
from services.auth.policy.rules import ChallengeMode, RegistrationMode, SecondFactorMode
from shared.http.models import Body, Moment, View


class PolicyChange(Body):
    """The settings to change; those left out keep their value."""

    registration: RegistrationMode | None = None
    challenge: ChallengeMode | None = None
    second_factor: SecondFactorMode | None = None

    @model_validator(mode="after")
    def _require_a_change(self) -> PolicyChange:
        if not self.changes():
            raise PydanticCustomError("no_change", "must have at least one setting")
        return self

    def changes(self) -> dict[str, str]:
        """Return the new value of each setting that is given."""
        return {name: str(value) for name, value in self.model_dump(exclude_none=True).items()}


class PolicyView(View):
    """The settings of the whole site, which apply in every process at once."""

    registration: RegistrationMode
    challenge: ChallengeMode
    second_factor: SecondFactorMode


class InvitationDraft(Body):
    """An invitation for `max_uses` accounts, until it expires or is revoked."""

    max_uses: int = Field(1, ge=1, le=MAX_USES)
    expires_at: Moment | None = None


class InvitationView(View):
    """An invitation, without its code; `created_by` is the id of an admin."""

    id: int
    state: State
    max_uses: int
    uses: int
    expires_at: datetime | None
    created_by: int
    created_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, now: datetime) -> InvitationView:
        """Show an invitation with its state at that time."""
        return cls(**_fields(invitation, now))


class NewInvitationView(InvitationView):
    """A new invitation with its code, which is shown only here: the database has its hash."""

    code: str = Field(repr=False)

    @classmethod
    def with_code(cls, invitation: Invitation, now: datetime, code: str) -> NewInvitationView:
        """Show a new invitation."""
        return cls(**_fields(invitation, now), code=code)


class InvitedAccountView(View):
    """An account that came by an invitation; a deleted one has a name that begins with an underscore."""

    account_id: int
    username: str
    joined_at: datetime


def _fields(invitation: Invitation, now: datetime) -> dict[str, object]:
    return {
        "id": invitation.id,
        "state": invitation.state_at(now),
        "max_uses": invitation.max_uses,
        "uses": invitation.uses,
        "expires_at": invitation.expires_at,
        "created_by": invitation.created_by,
        "created_at": invitation.created_at,
    }
