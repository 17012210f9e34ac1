"""What attempts are counted by, and when a caller has to wait; standard library only."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from services.auth.tokens.opaque import hash_secret
from shared.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """Attempts under one key in the current window, including the current one."""

    attempts: int
    seconds_left: float


def check_login_counts(counted: Sequence[tuple[AttemptCount, int]]) -> None:
    """Refuse a login when one of the counts exceeds its limit.

    Raises TooManyRequests, to be retried once every exceeded window has ended.
    """
    exceeded = [count.seconds_left for count, limit in counted if count.attempts > limit]
    if exceeded:
        raise TooManyRequests(
            "too_many_logins", "Too many failed logins; try again later.", retry_after=max(exceeded)
        )


def make_login_keys(login: str, address: str) -> tuple[bytes, bytes]:
    """Return the keys that a login counts under: the name as given, and the network of the address.

    They are hashed because people sometimes type their password in the username field.
    """
    return hash_secret(f"account:{login.lower()}"), hash_secret(f"address:{get_network(address)}")


def make_mail_request_keys(purpose: str, email: str, address: str) -> tuple[bytes, bytes]:
    """Return the keys that a request for mail counts under: its recipient, and its sender's network."""
    return hash_secret(f"mail:{purpose}:{email.lower()}"), hash_secret(f"mail-from:{get_network(address)}")


def get_network(address: str) -> str:
    """Return an IPv4 address itself and the /64 of an IPv6 address, since one customer owns all of a /64."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
