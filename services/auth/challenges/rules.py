"""When a registration needs a solved challenge; standard library only."""

from __future__ import annotations

from datetime import timedelta

from services.auth.policy.rules import ChallengeMode
from shared.errors import Invalid

LIFETIME = timedelta(minutes=10)
"""How long a challenge can be solved, and how long a solved one is remembered as used."""

ITERATIONS = 100
"""SHA-256 hashes of one attempt, which is also what the verification of a solution costs: about 50 µs."""

ATTEMPTS = range(2_000, 6_000)
"""The attempts that a challenge takes: 200,000 to 600,000 hashes, 0.5 to 1.5 s of JavaScript on a laptop."""

PAYLOAD_MAX = 4_000
"""Characters of a solution; one has about 700."""


def is_challenge_required(mode: ChallengeMode, registrations: int, threshold: int) -> bool:
    """Return whether a registration needs a solved challenge, after so many registrations in a window."""
    if mode is ChallengeMode.AUTO:
        return registrations > threshold
    return mode is ChallengeMode.ALWAYS


def challenge_required(reason: str) -> Invalid:
    """Return the refusal of a registration without a solved challenge, or with one that does not count."""
    return Invalid.field("body", "challenge", msg=reason, code="challenge_required")
