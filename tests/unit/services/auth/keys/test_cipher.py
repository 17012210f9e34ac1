"""Encryption of private keys at rest."""

from __future__ import annotations

import pytest

from services.auth.keys.cipher import KeyCipher, WrongSecret

SECRET = "a secret of the tests, long enough to be one"


def test_a_key_decrypts_with_its_secret_and_kid() -> None:
    encrypted = KeyCipher(SECRET).encrypt(b"private", "kid")
    assert b"private" not in encrypted
    assert KeyCipher(SECRET).decrypt(encrypted, "kid") == b"private"


@pytest.mark.parametrize(("secret", "kid"), [(SECRET + "!", "kid"), (SECRET, "other")])
def test_a_key_does_not_decrypt_with_another_secret_or_kid(secret: str, kid: str) -> None:
    encrypted = KeyCipher(SECRET).encrypt(b"private", "kid")
    with pytest.raises(WrongSecret):
        KeyCipher(secret).decrypt(encrypted, kid)


def test_encrypting_a_key_twice_gives_different_ciphertexts() -> None:
    assert KeyCipher(SECRET).encrypt(b"private", "kid") != KeyCipher(SECRET).encrypt(b"private", "kid")
