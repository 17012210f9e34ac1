"""What an operator says of what is in front of the gateway."""

from __future__ import annotations

import pytest

from deploy.stack.front import read_networks, read_public_url


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ""),
        ("https://example.org/", "https://example.org"),
        ("https://example.org:8443/a/tessera/", "https://example.org:8443/a/tessera"),
        ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
    ],
)
def test_the_public_url_may_have_a_path(given: str, read: str) -> None:
    assert read_public_url({"TESSERA_PUBLIC_URL": given}) == read


def test_proxies_are_separated_by_commas() -> None:
    assert read_networks({"TESSERA_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}) == ["127.0.0.1", "10.0.0.0/8"]
    assert read_networks({}) == []
