"""Which tokens do not count any more, and for how long that is remembered."""

from __future__ import annotations

import time

import pytest

from shared.revocations import ACCESS_SECONDS, Revocations


def test_an_accounts_tokens_made_before_are_covered_and_later_ones_not() -> None:
    revocations = Revocations()
    now = time.time()
    revocations.revoke(1, None, now)
    assert revocations.cover(1, "7", now - 0.001)
    assert not revocations.cover(1, "7", now)
    assert not revocations.cover(2, "7", now - 1)


def test_a_sessions_tokens_are_covered_whenever_they_were_made() -> None:
    revocations = Revocations()
    revocations.revoke(1, "7", time.time())
    assert revocations.cover(1, "7", time.time() + 10)
    assert not revocations.cover(1, "8", 0)


def test_an_older_revocation_that_arrives_later_takes_nothing_back() -> None:
    revocations = Revocations()
    now = time.time()
    revocations.revoke(1, None, now)
    revocations.revoke(1, None, now - 60)
    assert revocations.cover(1, "7", now - 1)


def test_what_no_valid_token_needs_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    revocations = Revocations()
    now = time.time()
    revocations.revoke(1, None, now)
    revocations.revoke(2, "7", now)
    monkeypatch.setattr("time.time", lambda: now + ACCESS_SECONDS + 1)
    revocations.revoke(3, None, now + ACCESS_SECONDS + 1)
    assert not revocations.cover(1, "1", now - 1)
    assert not revocations.cover(2, "7", now - 1)
    assert revocations.cover(3, "1", now)


def test_a_listener_hears_each_revocation_once() -> None:
    revocations = Revocations()
    heard: list[tuple[int, str | None]] = []
    revocations.listen(lambda account_id, session_id: heard.append((account_id, session_id)))
    now = time.time()
    for _ in range(2):
        revocations.revoke(1, None, now)
        revocations.revoke(1, "7", now)
    assert heard == [(1, None), (1, "7")]
