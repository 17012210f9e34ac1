"""Which key signs; standard library only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


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
