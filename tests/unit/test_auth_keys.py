"""Which key signs, and how keys rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.auth.keys.rules import StoredKey, signer
from services.auth.keys.sealing import Seal, WrongSecret

NOW = datetime(2024, 5, 1, tzinfo=UTC)
SECRET = "a secret of the tests, long enough to be one"


def key(kid: str, signs_from: datetime) -> StoredKey:
    return StoredKey(kid, b"public", b"sealed", signs_from)


def test_the_newest_key_that_signs_already_signs() -> None:
    old, new, coming = (key(kid, NOW + timedelta(days=days)) for kid, days in [("a", -9), ("b", 0), ("c", 1)])
    assert signer([new, coming, old], NOW) is new


def test_without_a_key_that_signs_already_nothing_signs() -> None:
    assert signer([], NOW) is None
    assert signer([key("a", NOW + timedelta(seconds=1))], NOW) is None


def test_a_sealed_key_opens_with_its_secret_and_name() -> None:
    sealed = Seal(SECRET).close(b"private", "kid")
    assert b"private" not in sealed
    assert Seal(SECRET).open(sealed, "kid") == b"private"


@pytest.mark.parametrize(("secret", "kid"), [(SECRET + "!", "kid"), (SECRET, "other")])
def test_a_sealed_key_opens_with_nothing_else(secret: str, kid: str) -> None:
    sealed = Seal(SECRET).close(b"private", "kid")
    with pytest.raises(WrongSecret):
        Seal(secret).open(sealed, kid)


def test_two_seals_of_one_key_differ() -> None:
    assert Seal(SECRET).close(b"private", "kid") != Seal(SECRET).close(b"private", "kid")
