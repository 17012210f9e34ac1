"""Who may register."""

from __future__ import annotations

import pytest

from services.auth.policy.rules import Policy, RegistrationMode, check_may_register
from shared.errors import NotAllowed


@pytest.mark.parametrize("has_invitation", [True, False])
def test_while_registration_is_open_everybody_may_register(has_invitation: bool) -> None:
    check_may_register(Policy(RegistrationMode.OPEN), has_invitation=has_invitation)


def test_by_invitation_only_a_code_is_required() -> None:
    check_may_register(Policy(RegistrationMode.INVITATION), has_invitation=True)
    with pytest.raises(NotAllowed, match="invitation_required"):
        check_may_register(Policy(RegistrationMode.INVITATION), has_invitation=False)


@pytest.mark.parametrize("has_invitation", [True, False])
def test_while_registration_is_closed_no_invitation_helps(has_invitation: bool) -> None:
    with pytest.raises(NotAllowed, match="registration_closed"):
        check_may_register(Policy(RegistrationMode.CLOSED), has_invitation=has_invitation)
