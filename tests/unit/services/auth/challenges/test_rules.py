"""When a registration needs a solved challenge."""

from __future__ import annotations

import pytest

from services.auth.challenges.rules import is_challenge_required
from services.auth.policy.rules import ChallengeMode


@pytest.mark.parametrize(
    ("mode", "registrations", "is_required"),
    [
        (ChallengeMode.AUTO, 10, False),
        (ChallengeMode.AUTO, 11, True),
        (ChallengeMode.ALWAYS, 1, True),
        (ChallengeMode.OFF, 1000, False),
    ],
)
def test_a_challenge_is_required_always_never_or_under_load(
    mode: ChallengeMode, registrations: int, is_required: bool
) -> None:
    assert is_challenge_required(mode, registrations, threshold=10) is is_required
