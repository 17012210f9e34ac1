"""Opaque tokens and codes, which are stored only as hashes; standard library only."""

from __future__ import annotations

import hashlib
import secrets

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capital letters without those that look alike (0 O, 1 I L), and without U, as in Crockford's."""

_GROUPS, _GROUP = 4, 4
"""16 of 30 characters are 78 bits: too many to guess, by requests or from their hash."""


def make_opaque_token() -> str:
    """Make a token of 256 random bits, in base64url."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def make_readable_code() -> str:
    """Make a code that people can read out and type: four groups of four characters."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hash_readable_code(code: str) -> bytes:
    """Return the hash of a code, however its letters and groups were written."""
    return hash_secret("".join(character for character in code.upper() if character.isalnum()))
