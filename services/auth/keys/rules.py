"""Which key signs; standard library only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.revocations import ACCESS_SECONDS

PUBLISHED_AHEAD = timedelta(minutes=5)
"""How long a new key is published before it signs.

Longer than all that may keep an older copy of the keys, one after the other: each process of auth (60 s), a
cache of the answer (60 s), and the service that asks (60 s, `shared.http.tokens.REFRESH_SECONDS`).
"""

PUBLISHED_AFTERWARDS = timedelta(seconds=ACCESS_SECONDS) + PUBLISHED_AHEAD
"""How long a key stays published once another signs: the life of its last token, which a process of auth that
has not heard of the other may make a little later."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as stored: the public half raw, the private half encrypted."""

    kid: str
    public_key: bytes
    sealed_private_key: bytes
    signs_from: datetime


def new_kid() -> str:
    """Name a new key; the name says nothing about it."""
    return secrets.token_hex(8)


def signer(keys: Sequence[StoredKey], now: datetime) -> StoredKey | None:
    """Return the newest key that signs already, or None.

    A key made to replace another is published for a while before it signs, so that every service knows it
    when its first token arrives; the one it replaces stays published until its last token has expired.
    """
    ready = [key for key in keys if key.signs_from <= now]
    return max(ready, key=lambda key: (key.signs_from, key.kid), default=None)


def waiting(keys: Sequence[StoredKey], now: datetime) -> StoredKey | None:
    """Return a key that does not sign yet, or None."""
    return next((key for key in keys if key.signs_from > now), None)
