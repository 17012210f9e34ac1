"""Private keys at rest: AES-256-GCM under a key derived of AUTH_SECRET, bound to the `kid`."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class WrongSecret(Exception):
    """The signing keys were encrypted with another AUTH_SECRET."""


class Seal:
    """Encrypts and decrypts private keys."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"tessera auth signing keys").derive(
            secret.encode()
        )
        self._cipher = AESGCM(derived)

    def close(self, private_key: bytes, kid: str) -> bytes:
        """Encrypt."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, private_key, kid.encode())

    def open(self, sealed: bytes, kid: str) -> bytes:
        """Decrypt; raises WrongSecret when it was sealed with another secret, or for another `kid`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], kid.encode())
        except InvalidTag:
            raise WrongSecret(
                f"AUTH_SECRET is not the one that signing key {kid} was encrypted with"
            ) from None
