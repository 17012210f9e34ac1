"""Refresh tokens, and what is counted against password guessing; standard library only.

A session is a family of refresh tokens of which one is current. Each use replaces the current token by its
successor. A replaced token that comes back was copied, and nobody can tell which of the two holders is the
owner: the whole session ends (RFC 9700, section 4.14.2).

Two tabs of one browser refresh at the same moment with the same token, though, and a client repeats a request
whose answer was lost. So for a few seconds the token *before* the current one gives the current one again,
never a second one. No token is stored: the successor is computed of its predecessor and a random salt kept
with it, which gives nothing to who has only the database.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from services.auth.accounts.rules import Account
from shared.errors import TooManyRequests

SALT_BYTES = 32
USER_AGENT_MAX = 200


@dataclass(frozen=True, slots=True)
class Client:
    """Who is at the other end: an IP address, and what the software calls itself."""

    address: str
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its owner sees it in a list."""

    id: int
    address: str
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What a login or a refresh gives; the refresh token holds for `lifetime`, unless it is used before."""

    account: Account
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Presented:
    """A known refresh token of a live session; `current_hash` is that of the session's current token."""

    session_id: int
    account: Account
    is_current: bool
    in_grace: bool
    successor_salt: bytes | None
    current_hash: bytes


class Verdict(Enum):
    """What becomes of a presented refresh token."""

    ROTATE = auto()
    REPEAT = auto()
    REUSED = auto()


@dataclass(frozen=True, slots=True)
class Count:
    """Logins counted under one key in the present window, the one under way included."""

    failures: int
    seconds_left: float


def check_counts(counted: Sequence[tuple[Count, int]]) -> None:
    """Refuse a login when a count is over its limit.

    Raises TooManyRequests with the time until every such window has ended.
    """
    over = [count.seconds_left for count, limit in counted if count.failures > limit]
    if over:
        raise TooManyRequests(
            "too_many_logins", "too many failed logins; try again later", retry_after=max(over)
        )


def new_refresh_token() -> str:
    """Make an opaque token of 256 random bits."""
    return secrets.token_urlsafe(32)


def new_salt() -> bytes:
    """Make the salt of a successor."""
    return secrets.token_bytes(SALT_BYTES)


def successor(token: str, salt: bytes) -> str:
    """Compute the token that replaces this one: 256 bits that only its holder and the salt together give."""
    return urlsafe_b64encode(hmac.digest(token.encode(), salt, "sha256")).decode().rstrip("=")


def hash_of(secret: str) -> bytes:
    """Hash what is stored only as a hash; 256 random bits need no slow one."""
    return hashlib.sha256(secret.encode()).digest()


def judge(token: str, presented: Presented) -> Verdict:
    """Decide about a refresh token of a live session."""
    if presented.is_current:
        return Verdict.ROTATE
    if presented.in_grace and presented.successor_salt is not None:
        replaced_by = hash_of(successor(token, presented.successor_salt))
        if hmac.compare_digest(replaced_by, presented.current_hash):
            return Verdict.REPEAT
    return Verdict.REUSED


def throttle_keys(login: str, address: str) -> tuple[bytes, bytes]:
    """Return under what a login's failure counts: the name given, and the address it came from.

    Hashed, because what people type in place of their name is now and then their password.
    """
    return hash_of(f"account:{login.lower()}"), hash_of(f"address:{network_of(address)}")


def network_of(address: str) -> str:
    """Return the address, or for IPv6 its /64, in which one customer has as many addresses as they like."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False))


def client_address(real_ip: list[str], peer: str | None) -> str:
    """Return the address of the client: what the gateway says in X-Real-Ip, else the peer's own.

    The gateway replaces X-Real-Ip by the address that it saw, whatever the client sent. It is believed only
    of a peer without a public address, as the gateway always is, and only if there is exactly one: a service
    that was put on the Internet by mistake believes nobody. X-Forwarded-For is never read.
    """
    try:
        own = ipaddress.ip_address(peer or "")
    except ValueError:
        own = ipaddress.IPv4Address(0)
    if len(real_ip) == 1 and not own.is_global:
        try:
            return str(ipaddress.ip_address(real_ip[0].strip()))
        except ValueError:
            pass
    return str(own)
