"""Pages of other origins may use the API only if an operator lists their origins."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from aiohttp import ClientSession

from deploy.checks.facts.gateway_trial import try_configuration
from deploy.stack.state_dir import REPOSITORY
from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest, Start

ORIGINS = "https://app.example.org,http://localhost:5173"


@pytest.fixture
async def open_gateway(start_gateway: Start, backends: dict[str, EchoBackend]) -> GatewayUnderTest:
    return await start_gateway(backends.values(), TESSERA_CORS_ORIGINS=ORIGINS)


def cors_headers(headers: Mapping[str, str]) -> dict[str, str]:
    prefix = "access-control-"
    return {
        name.lower().removeprefix(prefix): value
        for name, value in headers.items()
        if name.lower().startswith(prefix)
    }


async def preflight(
    client: ClientSession, gateway: GatewayUnderTest, origin: str, header: str
) -> dict[str, str]:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": header,
    }
    async with client.options(gateway.url + "/api/v1/auth/refresh", headers=asked) as response:
        return cors_headers(response.headers)


async def test_no_origin_is_allowed_by_default(gateway: GatewayUnderTest, client: ClientSession) -> None:
    assert await preflight(client, gateway, "https://app.example.org", "authorization") == {}
    async with client.get(gateway.url + "/api/v1/tiles/1", headers={"Origin": "null"}) as response:
        assert cors_headers(response.headers) == {}


@pytest.mark.parametrize("origin", ORIGINS.split(","))
async def test_a_listed_origin_may_use_the_api(
    open_gateway: GatewayUnderTest, client: ClientSession, origin: str
) -> None:
    given = await preflight(client, open_gateway, origin, "authorization")
    assert given["allow-origin"] == origin
    assert "Authorization" in given["allow-headers"]
    assert {"PATCH", "DELETE"} <= set(given["allow-methods"].split(","))
    async with client.get(open_gateway.url + "/api/v1/tiles/1", headers={"Origin": origin}) as response:
        assert cors_headers(response.headers)["allow-origin"] == origin
        assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.test", "http://app.example.org", "https://app.example.org.evil.test", "null", "*"],
)
async def test_an_origin_that_is_not_listed_may_not_use_the_api(
    open_gateway: GatewayUnderTest, client: ClientSession, origin: str
) -> None:
    assert "allow-origin" not in await preflight(client, open_gateway, origin, "authorization")
    async with client.get(open_gateway.url + "/api/v1/tiles/1", headers={"Origin": origin}) as response:
        assert "allow-origin" not in cors_headers(response.headers)


async def test_no_origin_may_send_cookies_or_the_header_they_require(
    open_gateway: GatewayUnderTest, client: ClientSession
) -> None:
    given = await preflight(client, open_gateway, "https://app.example.org", "x-tessera-client")
    assert "allow-credentials" not in given
    assert "x-tessera-client" not in given["allow-headers"].lower()


async def test_a_listed_origin_can_read_the_errors_of_the_gateway(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(
        backends.values(), TESSERA_CORS_ORIGINS=ORIGINS, TESSERA_RATE_AVERAGE="1", TESSERA_RATE_BURST="1"
    )
    origin = ORIGINS.split(",", maxsplit=1)[0]
    answered = {}
    for _ in range(2):
        async with client.get(gateway.url + "/api/v1/tiles/dies", headers={"Origin": origin}) as response:
            answered[response.status] = cors_headers(response.headers).get("allow-origin")
    assert answered == {502: origin, 429: origin}


async def test_pages_send_no_cors_headers(open_gateway: GatewayUnderTest, client: ClientSession) -> None:
    async with client.get(open_gateway.url + "/", headers={"Origin": "https://app.example.org"}) as response:
        assert cors_headers(response.headers) == {}


@pytest.mark.parametrize("origins", ["*", "https://app.example.org/", "app.example.org", "https://*.test"])
def test_a_value_that_is_not_an_exact_origin_prevents_the_start(
    monkeypatch: pytest.MonkeyPatch, origins: str
) -> None:
    monkeypatch.setenv("TESSERA_CORS_ORIGINS", origins)
    messages = " ".join(try_configuration(REPOSITORY / "gateway").messages)
    assert "is not an exact origin" in messages
