"""What the gateway removes from a request, refuses, and adds to a response."""

from __future__ import annotations

import http.client
import io
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest, Start

IDENTITY_HEADERS = [
    *("X-User-Id", "x-user-id", "X_User_Id", "X.User.Id", "X~User~Id", "X-User_Id", "X!User!Id", "X|User|Id"),
    *("X-Forwarded-User", "X_Forwarded_User", "X-Forwarded-Email", "X-Auth-Request-User", "X-Auth-User"),
    *("X-Remote-User", "Remote-User", "Remote_User", "X-User", "X-User-Roles", "X-Roles", "X-Account-Id"),
    *("X-Service", "X_Service", "X-Instance", "Forwarded"),
]


async def test_identity_headers_of_a_client_never_reach_a_service(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    sent = dict.fromkeys(IDENTITY_HEADERS, "forged-identity")
    async with client.get(gateway.url + "/api/v1/users/profile", headers=sent) as response:
        received = (await response.json())["headers"]
    assert {name: value for name, value in received.items() if value == "forged-identity"} == {}


async def test_the_token_and_the_request_id_reach_the_service(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    sent = {
        "Authorization": "Bearer abc",
        "X-Request-Id": "r-1",
        "If-Match": '"3"',
        "traceparent": "00-1-2-01",
    }
    async with client.put(gateway.url + "/api/v1/tiles/1", headers=sent) as response:
        received = (await response.json())["headers"]
    assert {name: received.get(name.lower()) for name in sent} == sent


async def test_forwarding_headers_of_a_client_are_replaced(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    names = (
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Real-Ip",
        "X_Forwarded_For",
    )
    async with client.get(
        gateway.url + "/api/v1/users/1", headers=dict.fromkeys(names, "6.6.6.6")
    ) as response:
        received = (await response.json())["headers"]
    assert [value for value in received.values() if "6.6.6.6" in value] == []
    assert received["x-forwarded-for"] == "127.0.0.1"


async def test_a_body_at_the_limit_passes_and_one_more_byte_is_413(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    responses = []
    for size in (1024 * 1024, 1024 * 1024 + 1):
        async with client.post(gateway.url + "/api/v1/tiles", data=io.BytesIO(b"x" * size)) as response:
            responses.append((response.status, response.headers.get("X-Service")))
    # The limit is the service's, whose problem names it.
    assert responses == [(200, "tiles"), (413, "tiles")]


async def test_an_oversize_body_without_a_length_is_413_and_reaches_no_service(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    async with client.post(gateway.url + "/api/v1/tiles", data=chunks()) as response:
        assert response.status == 413
    assert backends["tiles"].seen == []


async def test_too_many_requests_from_one_address_are_429_with_retry_after(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_RATE_AVERAGE="1", TESSERA_RATE_BURST="3")
    responses = []
    for _ in range(5):
        async with client.get(gateway.url + "/api/v1/tiles/1") as response:
            responses.append((response.status, int(response.headers.get("Retry-After", 0)) > 0))
    assert responses == [(200, False)] * 3 + [(429, True)] * 2


async def test_a_page_that_requests_all_its_modules_at_once_is_not_limited(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_RATE_AVERAGE="1", TESSERA_RATE_BURST="3")
    responses = []
    for number in range(60):
        async with client.get(f"{gateway.url}/static/client/{number}.js") as response:
            responses.append(response.status)
    assert responses == [200] * 60


async def test_the_default_rate_limit_is_that_of_production(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_RATE_AVERAGE="", TESSERA_RATE_BURST="")
    limit = (await gateway.read_api("/http/middlewares/rate-limit@file"))["rateLimit"]
    assert (limit["average"], limit["burst"]) == (100, 200)


@pytest.mark.parametrize("path", ["/", "/api/v1/tiles/1"])
async def test_every_response_has_the_security_headers(
    gateway: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    async with client.get(gateway.url + path) as response:
        assert {name: response.headers.get(name) for name in expected} == expected
        assert "Server" not in response.headers


async def test_an_api_response_opened_as_a_page_may_load_and_run_nothing(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    async with client.get(gateway.url + "/api/v1/tiles/1") as response:
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["X-Frame-Options"] == "DENY"


async def test_long_json_is_compressed(gateway: GatewayUnderTest, client: ClientSession) -> None:
    async with client.get(
        gateway.url + "/api/v1/tiles/long.json", headers={"Accept-Encoding": "gzip"}
    ) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert int(response.headers.get("Content-Length", 0)) < 1000
        assert len(await response.json()) == 5001


@pytest.mark.parametrize("path", ["/api/v1/canvases/long.png", "/api/v1/tiles/1"])
async def test_pictures_and_short_responses_are_not_compressed(
    gateway: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    async with client.get(gateway.url + path, headers={"Accept-Encoding": "gzip"}) as response:
        assert "Content-Encoding" not in response.headers


async def test_oversize_headers_are_431(gateway: GatewayUnderTest, client: ClientSession) -> None:
    async with client.get(gateway.url + "/", headers={"Cookie": "x" * 80_000}) as response:
        assert response.status == http.client.REQUEST_HEADER_FIELDS_TOO_LARGE
