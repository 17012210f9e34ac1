"""Where a client is: its address, and the network that limits count it under."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


def determine_client_address(real_ip: Sequence[str], peer: str | None) -> str:
    """Return the client's address: the value of X-Real-Ip if it can be trusted, else the peer's own.

    The gateway replaces X-Real-Ip by the address of the client's connection, whatever the client sent. The
    header is trusted only if there is exactly one and the peer's address is not public, which a gateway's
    never is: a service exposed to the Internet by mistake must not let clients choose their address.
    X-Forwarded-For is never read.
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


def get_network(address: str) -> str:
    """Return an IPv4 address itself and the /64 of an IPv6 address, since one customer owns all of a /64."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
