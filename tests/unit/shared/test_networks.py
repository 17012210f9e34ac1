"""Which client address is trusted, and which addresses count as one network."""

from __future__ import annotations

import pytest

from shared.networks import determine_client_address, get_network


@pytest.mark.parametrize(
    ("real_ip", "peer", "expected"),
    [
        (["203.0.113.7"], "172.18.0.2", "203.0.113.7"),
        (["2001:DB8::7"], "127.0.0.1", "2001:db8::7"),
        (["203.0.113.7"], "100.64.0.9", "203.0.113.7"),
        ([], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7", "203.0.113.8"], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7, 203.0.113.8"], "172.18.0.2", "172.18.0.2"),
        (["nonsense"], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7"], "8.8.8.8", "8.8.8.8"),
        ([], None, "0.0.0.0"),
    ],
)
def test_x_real_ip_is_trusted_only_from_the_gateway(
    real_ip: list[str], peer: str | None, expected: str
) -> None:
    assert determine_client_address(real_ip, peer) == expected


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_the_ipv6_addresses_of_one_customer_count_as_one(one: str, another: str, same: bool) -> None:
    assert (get_network(one) == get_network(another)) is same
