"""When an invitation can be used; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.errors import Invalid, NotAllowed

MAX_USES = 10_000
CODE_MAX = 100
"""Characters of a code as typed, with whatever separates its groups."""


class State(StrEnum):
    """Whether an invitation can be used, and if not, why."""

    OPEN = "open"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as stored: `created_by` is the admin's account id."""

    id: int
    max_uses: int
    uses: int
    expires_at: datetime | None
    revoked_at: datetime | None
    created_by: int
    created_at: datetime

    def state_at(self, now: datetime) -> State:
        """Return whether it can be used at that time."""
        if self.revoked_at is not None:
            return State.REVOKED
        if self.uses >= self.max_uses:
            return State.USED_UP
        return State.EXPIRED if self.expires_at is not None and self.expires_at <= now else State.OPEN


@dataclass(frozen=True, slots=True)
class InvitedAccount:
    """An account that was created by an invitation."""

    account_id: int
    username: str
    joined_at: datetime


def check_expiry(expires_at: datetime | None, now: datetime) -> None:
    """Refuse an invitation that would have expired; raises Invalid."""
    if expires_at is not None and expires_at <= now:
        raise Invalid.field("body", "expires_at", msg="must be in the future", rule="in_past")


def invalid_invitation() -> NotAllowed:
    """Return the refusal of a code that is unknown, used up, expired or revoked, without saying which."""
    return NotAllowed("invitation_invalid", "This invitation code is not valid, or no longer valid.")
