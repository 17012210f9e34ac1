"""What is found in front of the gateway."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.checks.facts.front import FrontDoor
from tests.support.facts import codes, findings

URL = "https://example.org"


def front(**changes: Any) -> FrontDoor:
    """A request that arrived through a trusted proxy on this machine, with these changes."""
    plain: dict[str, Any] = {
        "status": 404,
        "base": "",
        "sent_from": "192.0.2.5:4711",
        "arrived_from": "127.0.0.1:4712",
        "scheme": "http",
        "trusted": ["127.0.0.1"],
    }
    return FrontDoor(**{"url": URL, **plain, **changes})


def test_a_trusted_proxy_is_no_finding() -> None:
    assert codes(front()) == []


def test_a_public_address_that_this_machine_cannot_reach_is_no_finding() -> None:
    assert codes(FrontDoor(URL)) == []


@pytest.mark.parametrize(
    "location", ["https://example.org/no-such-page", "https://example.org:443/no-such-page", "/no-such-page"]
)
def test_an_address_that_redirects_to_itself_is_the_first_finding(location: str) -> None:
    found = findings(front(status=308, location=location, base=None, arrived_from=None))
    assert [one.code for one in found] == ["redirect-loop"]
    assert "TESSERA_TLS=outside" in found[0].fix


def test_a_redirect_elsewhere_is_no_loop() -> None:
    assert codes(front(status=308, location="https://www.example.org/no-such-page")) == []


def test_a_proxy_that_ends_tls_and_is_not_trusted_is_named_with_its_address() -> None:
    (found,) = findings(front(trusted=["10.0.0.0/8"]))
    assert found.code == "proxy-untrusted"
    assert "127.0.0.1" in found.cause
    assert "Set TESSERA_TRUSTED_PROXIES to 127.0.0.1" in found.fix


def test_a_direct_request_shows_no_proxy() -> None:
    assert codes(front(url="http://example.org", trusted=[], arrived_from="192.0.2.5:4711")) == []


@pytest.mark.parametrize(
    ("peer", "expected"), [("172.18.0.1:4712", []), ("[2606:4700::1]:4712", ["proxy-untrusted"])]
)
def test_containers_see_a_translated_address_which_is_no_proxy(peer: str, expected: list[str]) -> None:
    door = front(trusted=[], scheme="https", arrived_from=peer, is_behind_nat=True)
    assert codes(door) == expected


def test_a_proxy_that_ends_tls_is_found_in_front_of_containers() -> None:
    assert codes(front(trusted=[], arrived_from="172.18.0.1:4712", is_behind_nat=True)) == ["proxy-untrusted"]


def test_a_public_address_that_leads_elsewhere_is_found() -> None:
    assert codes(front(status=200, base=None, arrived_from=None)) == ["public-url-wrong"]


@pytest.mark.parametrize(("base", "expected"), [("/tessera", []), ("", ["public-url-wrong"])])
def test_a_proxy_that_removes_the_path_is_found(base: str, expected: list[str]) -> None:
    assert codes(front(url=f"{URL}/tessera", base=base)) == expected
