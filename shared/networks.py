"""Where a client is: its address, and the network that limits count it under."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def determine_client_address(
    forwarded_for: Sequence[str], peer: str | None, trusted: Sequence[Network] = ()
) -> str:
    """Return the client's address: the last one in X-Forwarded-For that is not a trusted proxy's.

    The gateway appends the address of its own peer to what that peer sent, which it keeps from a trusted
    proxy only. So the header is read from its end, and what stands before an address that is not trusted is
    never read: a client may have written it. It is not read at all if the service's own peer has a public
    address, which a gateway never has: a service that is exposed by mistake must not let clients choose.
    """
    client = _parse(peer or "") or ipaddress.IPv4Address(0)
    if client.is_global:
        return str(client)
    for entry in reversed(",".join(forwarded_for).split(",")):
        address = _parse(entry)
        if address is None:
            break
        client = address
        if not any(client in network for network in trusted):
            break
    return str(client)


def _parse(text: str) -> Address | None:
    """Read an address; one of IPv4 that is written as IPv6 is the same one."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def get_network(address: str) -> str:
    """Return an IPv4 address itself and the /64 of an IPv6 address, since one customer owns all of a /64."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), 64), strict=False))
