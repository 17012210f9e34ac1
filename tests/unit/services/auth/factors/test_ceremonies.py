"""Challenges of passkeys, which are signed instead of stored."""

from __future__ import annotations

from services.auth.factors.ceremonies import ANYBODY, make_challenge, read_challenge

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_challenge_has_a_nonce_of_its_own() -> None:
    first, second = (make_challenge(KEY, 7, 100.0) for _ in range(2))
    nonces = {read_challenge(KEY, 7, challenge, 99.0) for challenge in (first, second)}
    assert None not in nonces
    assert len(nonces) == 2


def test_a_challenge_of_another_account_key_or_time_is_none() -> None:
    challenge = make_challenge(KEY, 7, 100.0)
    assert read_challenge(KEY, 8, challenge, 99.0) is None
    assert read_challenge(KEY, ANYBODY, challenge, 99.0) is None
    assert read_challenge(OTHER, 7, challenge, 99.0) is None
    assert read_challenge(KEY, 7, challenge, 100.0) is None


def test_a_challenge_that_was_changed_or_cut_is_none() -> None:
    challenge = make_challenge(KEY, 7, 100.0)
    later = (10**6).to_bytes(8) + challenge[8:]
    for forged in (later, challenge[:-1], challenge + b"x", b""):
        assert read_challenge(KEY, 7, forged, 99.0) is None
