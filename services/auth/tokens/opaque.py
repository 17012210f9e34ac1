"""Opaque tokens, which are stored only as hashes; standard library only."""

from __future__ import annotations

import hashlib
import secrets


def make_opaque_token() -> str:
    """Make a token of 256 random bits, in base64url."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
