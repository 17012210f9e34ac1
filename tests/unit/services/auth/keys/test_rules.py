"""Which key signs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.auth.keys.rules import StoredKey, choose_signing_key

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def key(kid: str, signs_from: datetime) -> StoredKey:
    return StoredKey(kid, b"public", b"encrypted", signs_from)


def test_the_newest_key_that_already_signs_is_chosen() -> None:
    old, new, pending = (
        key(kid, NOW + timedelta(days=days)) for kid, days in [("a", -9), ("b", 0), ("c", 1)]
    )
    assert choose_signing_key([new, pending, old], NOW) is new


def test_a_pending_key_is_never_chosen() -> None:
    assert choose_signing_key([], NOW) is None
    assert choose_signing_key([key("a", NOW + timedelta(seconds=1))], NOW) is None
