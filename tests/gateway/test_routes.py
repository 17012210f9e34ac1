"""Every path reaches its service, and nothing else is reachable."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession
from yarl import URL

from tests.support.backend import EchoBackend
from tests.support.gateway import SERVICES, TABLE, GatewayUnderTest, Start


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_each_path_reaches_its_service(
    gateway: GatewayUnderTest, client: ClientSession, method: str
) -> None:
    answered = {}
    for path in TABLE:
        async with client.request(method, gateway.url + path) as response:
            answered[path] = response.headers["X-Service"]
    assert answered == TABLE


@pytest.mark.parametrize(
    "path", ["/health", "/ready", "/metrics", "/health/", "//ready", "/x/../metrics", "/%68ealth"]
)
async def test_the_operational_paths_of_a_service_are_not_routed(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession, path: str
) -> None:
    async with client.get(URL(gateway.url + path, encoded=True)) as response:
        assert response.status == 404
    assert [backend.seen for backend in backends.values()] == [[], [], [], []]


@pytest.mark.parametrize("character", ["%2F", "%5C", "%00", "%3B", "%25", "%3F", "%23"])
async def test_a_path_that_two_parsers_could_read_differently_is_refused(
    gateway: GatewayUnderTest, client: ClientSession, character: str
) -> None:
    async with client.get(URL(f"{gateway.url}/api/v1/auth{character}..", encoded=True)) as response:
        assert response.status == 400


@pytest.mark.parametrize("kind", ["routers", "services", "middlewares"])
async def test_traefik_reports_no_error_in_the_configuration(gateway: GatewayUnderTest, kind: str) -> None:
    errors = {
        item["name"]: item.get("error")
        for item in await gateway.read_api(f"/http/{kind}")
        if item["status"] != "enabled"
    }
    assert errors == {}


async def test_a_service_that_its_provider_does_not_list_is_503(
    start_gateway: Start, client: ClientSession
) -> None:
    gateway = await start_gateway([], TESSERA_PROVIDER="docker")
    statuses = {}
    for path in TABLE:
        async with client.get(gateway.url + path) as response:
            statuses[path] = response.status
    assert statuses == dict.fromkeys(TABLE, 503)


async def test_a_service_without_servers_is_503_and_the_others_respond(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway([backends[service] for service in SERVICES if service != "tiles"])
    statuses = {}
    for path, service in TABLE.items():
        async with client.get(gateway.url + path) as response:
            statuses[path] = (response.status, service)
    assert statuses == {
        path: (503 if service == "tiles" else 200, service) for path, service in TABLE.items()
    }
