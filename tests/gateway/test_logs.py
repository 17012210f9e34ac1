"""Logs and metrics of the gateway."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession

from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest
from tests.support.waiting import eventually


@pytest.fixture
async def failing(gateway: GatewayUnderTest, backends: dict[str, EchoBackend]) -> GatewayUnderTest:
    """A gateway whose services respond with 503, so that it logs their requests."""
    for backend in backends.values():
        backend.is_ready = False
    return gateway


async def test_a_request_that_failed_is_one_json_line_with_id_route_and_server(
    failing: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = failing
    async with client.get(gateway.url + "/api/v1/tiles/169?pixels=true", headers={"X-Request-Id": "r-77"}):
        pass
    [line] = await gateway.access_log(lines=1)
    expected = {
        "RequestMethod": "GET",
        "RequestPath": "/api/v1/tiles/169",
        "DownstreamStatus": 503,
        "RouterName": "tiles-read@file",
        "ServiceURL": backends["tiles"].url,
        "request_X-Request-Id": "r-77",
        "downstream_X-Request-Id": "r-77",
        "downstream_X-Service": "tiles",
        "downstream_X-Instance": "1",
    }
    assert {name: line.get(name) for name in expected} == expected


async def test_a_request_id_made_by_the_service_is_logged_too(
    failing: GatewayUnderTest, client: ClientSession
) -> None:
    async with client.get(failing.url + "/api/v1/tiles/1"):
        pass
    [line] = await failing.access_log(lines=1)
    assert line["downstream_X-Request-Id"] == "made-by-the-service"


async def test_a_request_that_succeeded_at_once_is_not_logged(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    async with client.get(gateway.url + "/api/v1/tiles/1"):
        pass
    async with client.get(gateway.url + "/api/v1/tiles/dies"):
        pass
    [line] = await gateway.access_log(lines=1)
    assert line["RequestPath"] == "/api/v1/tiles/dies"


async def test_a_slow_request_is_logged(gateway: GatewayUnderTest, client: ClientSession) -> None:
    async with client.get(gateway.url + "/api/v1/tiles/late"):
        pass
    [line] = await gateway.access_log(lines=1)
    assert (line["RequestPath"], line["DownstreamStatus"]) == ("/api/v1/tiles/late", 200)


async def test_no_credential_is_logged(failing: GatewayUnderTest, client: ClientSession) -> None:
    gateway = failing
    secret = "s3cr3t-value"
    headers = {
        "Authorization": f"Bearer {secret}",
        "Cookie": f"session={secret}",
        "Referer": f"http://x/?t={secret}",
    }
    async with client.post(
        f"{gateway.url}/api/v1/auth/login?token={secret}", headers=headers, json={"password": secret}
    ):
        pass
    await gateway.access_log(lines=1)
    assert secret not in "".join(path.read_text() for path in gateway.folder.glob("*.log"))


async def test_requests_are_counted_by_route_and_servers_by_health(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    async with client.get(gateway.url + "/api/v1/tiles/1"):
        pass

    async def metrics_have(text: str) -> bool:
        async with client.get(gateway.internal_url + "/metrics") as response:
            return text in await response.text()

    await eventually(lambda: metrics_have('method="GET",protocol="http",router="tiles-read@file"'))
    await eventually(lambda: metrics_have('traefik_service_server_up{service="tiles-ready@file"'))
