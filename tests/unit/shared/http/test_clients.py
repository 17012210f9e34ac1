"""What the gateway tells a service of a request's client."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from shared.http.clients import locate, read_path_prefix


@pytest.mark.parametrize(
    ("header", "prefix"),
    [
        ({}, ""),
        ({"X-Forwarded-Prefix": "/tessera"}, "/tessera"),
        ({"X-Forwarded-Prefix": "/a/b.c/"}, "/a/b.c"),
    ],
)
def test_the_prefix_is_what_the_gateway_removed(header: dict[str, str], prefix: str) -> None:
    assert read_path_prefix(make_mocked_request("GET", "/", headers=header)) == prefix


@pytest.mark.parametrize(
    "header", ["tessera", "//evil.example.org", "/a;Domain=x", '/"><script>', "/a\u0101"]
)
def test_what_is_no_plain_path_is_no_prefix(header: str) -> None:
    assert read_path_prefix(make_mocked_request("GET", "/", headers={"X-Forwarded-Prefix": header})) == ""


def test_a_new_member_is_located_where_its_client_sees_the_collection() -> None:
    request = make_mocked_request("POST", "/api/v1/canvases", headers={"X-Forwarded-Prefix": "/tessera"})
    assert locate(request, 7) == {"Location": "/tessera/api/v1/canvases/7"}
