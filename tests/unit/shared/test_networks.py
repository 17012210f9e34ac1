"""Which client address is trusted, and which addresses count as one network."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from shared.networks import determine_client_address, get_network

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("forwarded_for", "peer", "expected"),
    [
        (["203.0.113.7"], "172.18.0.2", "203.0.113.7"),
        (["2001:DB8::7"], "127.0.0.1", "2001:db8::7"),
        (["203.0.113.7"], "100.64.0.9", "203.0.113.7"),
        ([], "172.18.0.2", "172.18.0.2"),
        (["nonsense"], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7"], "8.8.8.8", "8.8.8.8"),
        ([], None, "0.0.0.0"),
    ],
)
def test_x_forwarded_for_is_believed_only_from_the_gateway(
    forwarded_for: list[str], peer: str | None, expected: str
) -> None:
    assert determine_client_address(forwarded_for, peer) == expected


@pytest.mark.parametrize(
    ("forwarded_for", "expected"),
    [
        (["203.0.113.7, 10.0.0.5"], "203.0.113.7"),
        (["203.0.113.7, 10.0.0.5, 10.0.0.6"], "203.0.113.7"),
        (["203.0.113.7", "10.0.0.5"], "203.0.113.7"),
        (["203.0.113.7, ::ffff:10.0.0.5"], "203.0.113.7"),
        (["2001:db8:2::7, 2001:db8:1::1"], "2001:db8:2::7"),
        (["10.0.0.7, 10.0.0.5"], "10.0.0.7"),
    ],
)
def test_trusted_proxies_are_skipped_from_the_end(forwarded_for: list[str], expected: str) -> None:
    assert determine_client_address(forwarded_for, "172.18.0.2", PROXIES) == expected


@pytest.mark.parametrize(
    ("forwarded_for", "expected"),
    [
        (["6.6.6.6, 203.0.113.7, 10.0.0.5"], "203.0.113.7"),
        (["10.0.0.9, 203.0.113.7, 10.0.0.5"], "203.0.113.7"),
        (["6.6.6.6, 203.0.113.7"], "203.0.113.7"),
        (["6.6.6.6, nonsense, 10.0.0.5"], "10.0.0.5"),
    ],
)
def test_what_stands_before_an_untrusted_address_is_never_read(
    forwarded_for: list[str], expected: str
) -> None:
    assert determine_client_address(forwarded_for, "172.18.0.2", PROXIES) == expected


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
