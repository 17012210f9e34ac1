"""Revoked tokens, and how long a revocation is kept."""

from __future__ import annotations

import time

import pytest

from shared.revocations import ACCESS_SECONDS, Revocations


def test_only_tokens_issued_before_the_revocation_of_an_account_are_covered() -> None:
    revocations = Revocations()
    now = time.time()
    revocations.revoke(1, None, now)
    assert revocations.cover(1, "7", now - 0.001)
    assert not revocations.cover(1, "7", now)
    assert not revocations.cover(2, "7", now - 1)


def test_all_tokens_of_a_revoked_session_are_covered() -> None:
    revocations = Revocations()
    revocations.revoke(1, "7", time.time())
    assert revocations.cover(1, "7", time.time() + 10)
    assert not revocations.cover(1, "8", 0)


def test_an_older_revocation_that_arrives_later_changes_nothing() -> None:
    revocations = Revocations()
    now = time.time()
    revocations.revoke(1, None, now)
    revocations.revoke(1, None, now - 60)
    assert revocations.cover(1, "7", now - 1)


def test_a_revocation_is_kept_until_its_last_token_has_expired(monkeypatch: pytest.MonkeyPatch) -> None:
    revocations = Revocations()
    now = time.time()
    revocations.revoke(1, None, now)
    revocations.revoke(2, "7", now)
    monkeypatch.setattr("time.time", lambda: now + ACCESS_SECONDS + 1)
    revocations.revoke(3, None, now + ACCESS_SECONDS + 1)
    assert not revocations.cover(1, "1", now - 1)
    assert not revocations.cover(2, "7", now - 1)
    assert revocations.cover(3, "1", now)


def test_a_listener_is_called_once_per_revocation() -> None:
    revocations = Revocations()
    heard: list[tuple[int, str | None]] = []
    revocations.listen(lambda account_id, session_id: heard.append((account_id, session_id)))
    now = time.time()
    for _ in range(2):
        revocations.revoke(1, None, now)
        revocations.revoke(1, "7", now)
    assert heard == [(1, None), (1, "7")]
