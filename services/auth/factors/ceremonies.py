"""Challenges of passkeys: signed instead of stored, so that asking for them costs the database nothing.

Standard library only. A challenge is an expiry, a nonce, and a signature over both and the account that may
use it; its nonce is kept once it was used.
"""

from __future__ import annotations

import hmac
import secrets

_EXPIRY, _NONCE = 8, 16
_START = _EXPIRY + _NONCE

ANYBODY = 0
"""Stands for the account of a challenge that anyone with a passkey may use."""


def make_challenge(key: bytes, account_id: int, expires_at: float) -> bytes:
    """Make a challenge for an account, or for ANYBODY, until then (UNIX time)."""
    start = int(expires_at).to_bytes(_EXPIRY) + secrets.token_bytes(_NONCE)
    return start + _sign(key, account_id, start)


def read_challenge(key: bytes, account_id: int, challenge: bytes, now: float) -> bytes | None:
    """Return the nonce of a challenge that was made for the account; None if it was not, or has expired."""
    start = challenge[:_START]
    is_ours = hmac.compare_digest(challenge[_START:], _sign(key, account_id, start))
    return start[_EXPIRY:] if is_ours and int.from_bytes(start[:_EXPIRY]) > now else None


def _sign(key: bytes, account_id: int, start: bytes) -> bytes:
    return hmac.digest(key, account_id.to_bytes(8) + start, "sha256")
