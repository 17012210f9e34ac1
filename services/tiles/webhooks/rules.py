"""Where webhooks may lead, when they are tried again, and how they are signed; standard library only."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from shared.errors import Conflict, Invalid, NotFound

Network = IPv4Network | IPv6Network

WEBHOOKS_MAX = 5
"""Per canvas."""

URL_MAX = 500
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - what Standard Webhooks puts before the base64

FIRST_PAUSE, LONGEST_PAUSE = 5, 3600
"""Seconds until a delivery that failed is tried again; doubled each time."""

FAILURES_MAX = 30
"""Consecutive failures, over most of a day, after which a webhook is switched off."""

# Addresses that lead to others, which the standard library takes for public ones.
_TUNNELS = (
    IPv6Network("64:ff9b::/96"),
    IPv6Network("64:ff9b:1::/48"),
    IPv6Network("2002::/16"),
    IPv6Network("2001::/32"),
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook in its owner's list; `last_error` is None if the last delivery succeeded."""

    id: int
    url: str
    created_at: datetime
    delivered_at: datetime | None
    last_error: str | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook with something to deliver, leased to one worker until its `attempt` is settled."""

    id: int
    canvas_id: int
    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    delivered_seq: int
    failures: int
    attempt: int


def may_connect(address: str, allowed: Sequence[Network]) -> bool:
    """Return whether a webhook may connect to an address: a public one, or one that the operator allows."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    is_tunnel = ip.version == 6 and any(ip in network for network in _TUNNELS)
    return ip.is_global and not ip.is_multicast and not is_tunnel


def check_url(url: str, allowed: Sequence[Network]) -> None:
    """Refuse an address that a webhook cannot have; raises Invalid.

    What a name resolves to is checked when it is connected to, as it may change.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or port == 0 or not url.isascii():
        raise Invalid.field("body", "url", msg="must be an http:// or https:// URL")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid.field("body", "url", msg="must have neither a user nor a fragment")
    is_literal = host.replace(".", "").isdigit() or ":" in host
    if host == "localhost" or (is_literal and not may_connect(host, allowed)):
        raise Invalid.field("body", "url", msg="must be a public address", rule="private_address")


def make_secret() -> bytes:
    """Make the key that deliveries are signed with."""
    return secrets.token_bytes(SECRET_BYTES)


def write_secret(secret: bytes) -> str:
    """Write a key as Standard Webhooks does."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def sign(secret: bytes, delivery_id: str, timestamp: int, body: bytes) -> str:
    """Sign a delivery as Standard Webhooks does (webhook-signature)."""
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()


def pause_after(failures: int) -> int:
    """Return the seconds until the next attempt, after so many failures in a row."""
    return int(min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE))


def too_many_webhooks() -> Conflict:
    """Return the refusal of another webhook of a canvas."""
    return Conflict("too_many_webhooks", f"A canvas can have {WEBHOOKS_MAX} webhooks; remove others.")


def webhook_not_found() -> NotFound:
    """Return the refusal of a webhook that the canvas does not have."""
    return NotFound("webhook_not_found", "No such webhook.")
