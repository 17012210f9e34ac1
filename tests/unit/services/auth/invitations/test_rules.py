"""When an invitation can be used."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.auth.invitations.rules import Invitation, State, check_expiry
from shared.errors import Invalid

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)
FRESH = Invitation(id=1, max_uses=2, uses=0, expires_at=None, revoked_at=None, created_by=7, created_at=NOON)


@pytest.mark.parametrize(
    ("invitation", "state"),
    [
        (FRESH, State.OPEN),
        (replace(FRESH, uses=1), State.OPEN),
        (replace(FRESH, uses=2), State.USED_UP),
        (replace(FRESH, expires_at=NOON + timedelta(seconds=1)), State.OPEN),
        (replace(FRESH, expires_at=NOON), State.EXPIRED),
        (replace(FRESH, uses=2, expires_at=NOON, revoked_at=NOON), State.REVOKED),
    ],
)
def test_an_invitation_is_open_until_it_is_used_up_expired_or_revoked(
    invitation: Invitation, state: State
) -> None:
    assert invitation.state_at(NOON) is state


def test_an_invitation_that_has_expired_cannot_be_made() -> None:
    check_expiry(None, NOON)
    check_expiry(NOON + timedelta(seconds=1), NOON)
    with pytest.raises(Invalid, match="expires_at"):
        check_expiry(NOON, NOON)
