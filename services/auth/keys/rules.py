"""Which key signs; standard library only."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.revocations import ACCESS_SECONDS

PUBLISHED_AHEAD = timedelta(minutes=5)
"""How long a new key is published before it signs.

Longer than the maximum ages of all copies of the keys together: in each auth process (60 s), in an HTTP cache
(60 s), and in a service that fetches them (60 s, `shared.http.tokens.REFRESH_SECONDS`).
"""

AT_ONCE = -timedelta(minutes=1)
"""When the first key starts to sign: at once, also for a process whose clock is behind the database's."""

PUBLISHED_AFTERWARDS = timedelta(seconds=ACCESS_SECONDS) + PUBLISHED_AHEAD
"""How long a key stays published once another signs: the lifetime of its last token, which an auth process
that has not loaded the new key yet may issue a little later."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A signing key as stored: the public half raw, the private half encrypted."""

    kid: str
    public_key: bytes
    sealed_private_key: bytes
    signs_from: datetime


def make_kid() -> str:
    """Make a random name for a new key."""
    return secrets.token_hex(8)


def choose_signing_key(keys: Sequence[StoredKey], now: datetime) -> StoredKey | None:
    """Return the newest key that already signs, or None.

    A key that replaces another is published for a while before it signs, so that every service has it when
    its first token arrives; the replaced key stays published until its last token has expired.
    """
    ready = [key for key in keys if key.signs_from <= now]
    return max(ready, key=lambda key: (key.signs_from, key.kid), default=None)


def find_pending_key(keys: Sequence[StoredKey], now: datetime) -> StoredKey | None:
    """Return a key that does not sign yet, or None."""
    return next((key for key in keys if key.signs_from > now), None)
