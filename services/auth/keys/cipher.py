"""Encryption of keys at rest: AES-256-GCM, keyed by AUTH_SECRET and bound to the name of the key."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class WrongSecret(Exception):
    """A key was encrypted with another AUTH_SECRET."""


class KeyCipher:
    """Encrypts and decrypts private keys and other secrets; `kid` is the name of one, unique among all."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=b"tessera auth signing keys").derive(
            secret.encode()
        )
        self._cipher = AESGCM(derived)

    def encrypt(self, private_key: bytes, kid: str) -> bytes:
        """Encrypt a private key and authenticate its `kid`; returns the nonce and the ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, private_key, kid.encode())

    def decrypt(self, sealed: bytes, kid: str) -> bytes:
        """Decrypt a private key; raises WrongSecret if it was encrypted with another secret or `kid`."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], kid.encode())
        except InvalidTag:
            raise WrongSecret(f"the key {kid} was not encrypted with this AUTH_SECRET") from None
