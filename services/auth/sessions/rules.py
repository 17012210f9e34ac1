"""Refresh tokens; standard library only.

A session is a family of refresh tokens of which one is current. Each use replaces the current token by its
successor. A replaced token that is used again was copied, and whether by a thief or by the owner cannot be
determined, so the whole session ends (RFC 9700, section 4.14.2).

However, two tabs of a browser may refresh with the same token at the same moment, and a client may repeat a
request whose response was lost. So for a few seconds the token *before* the current one returns the current
one again, never a second one. No token is stored: the successor is computed from its predecessor and a random
salt stored with it, which is useless to an attacker who has only the database.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from services.auth.accounts.model import Account
from services.auth.tokens.opaque import hash_secret

SALT_BYTES = 32
USER_AGENT_MAX = 200


@dataclass(frozen=True, slots=True)
class Client:
    """The other end of a request: its IP address, and the User-Agent it sends."""

    address: str
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """A session, as its owner sees it in a list."""

    id: int
    address: str
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """The result of a login or a refresh; the refresh token is valid for `lifetime` or until it is used."""

    account: Account
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class PresentedToken:
    """A refresh token of a live session; `current_hash` is that of the session's current token.

    `read_at`: when it was read, in UNIX time by the clock of the database.
    """

    session_id: int
    account: Account
    read_at: float
    is_current: bool
    in_grace: bool
    successor_salt: bytes | None
    current_hash: bytes


class RefreshDecision(Enum):
    """What a refresh does: issue the successor, return the current token again, or end the session."""

    ROTATE = auto()
    REPEAT = auto()
    REVOKE = auto()


def make_salt() -> bytes:
    """Make the salt of a successor."""
    return secrets.token_bytes(SALT_BYTES)


def derive_successor(token: str, salt: bytes) -> str:
    """Compute the token that replaces this one: 256 bits that take both the token and the salt to compute."""
    return urlsafe_b64encode(hmac.digest(token.encode(), salt, "sha256")).decode().rstrip("=")


def decide_refresh(token: str, presented: PresentedToken) -> RefreshDecision:
    """Decide what a refresh with this token of a live session does."""
    if presented.is_current:
        return RefreshDecision.ROTATE
    if presented.in_grace and presented.successor_salt is not None:
        successor_hash = hash_secret(derive_successor(token, presented.successor_salt))
        if hmac.compare_digest(successor_hash, presented.current_hash):
            return RefreshDecision.REPEAT
    return RefreshDecision.REVOKE
