"""The gateway's own errors: a page for browsers, a problem for other clients, and nothing of the request."""

from __future__ import annotations

import asyncio
import io

import pytest
from aiohttp import ClientSession

from tests.support.backend import EchoBackend
from tests.support.gateway import SERVICES, GatewayUnderTest, Start, serving_backends
from tests.support.waiting import eventually

SECRET = "s3cr3t-value"
BROWSER = {"Accept": "text/html,application/xhtml+xml", "Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


@pytest.fixture
async def failing(start_gateway: Start, backends: dict[str, EchoBackend]) -> GatewayUnderTest:
    """A gateway without users, and with little patience."""
    given = [backends[service] for service in SERVICES if service != "users"]
    return await start_gateway(given, TESSERA_RESPONSE_TIMEOUT="300ms")


ERRORS = [
    pytest.param("GET", "/api/v1/tiles/dies", 502, "gateway_no_response", True, id="broken"),
    pytest.param("PUT", "/api/v1/tiles/dies", 502, "gateway_no_response", True, id="broken write"),
    pytest.param("GET", "/canvas/slow", 504, "gateway_timeout", True, id="slow page"),
    pytest.param("GET", "/api/v1/tiles/slow", 504, "gateway_timeout", True, id="slow"),
    pytest.param("GET", "/api/v1/users/1", 503, "gateway_no_server", True, id="missing"),
    pytest.param("GET", "/ready", 404, "not_found", False, id="internal"),
    pytest.param("POST", "/metrics", 404, "not_found", False, id="internal write"),
    pytest.param("GET", "/gateway-errors/503", 404, "not_found", False, id="error page itself"),
]


@pytest.mark.parametrize(("method", "path", "status", "code", "may_pass"), ERRORS)
async def test_a_client_gets_a_problem_that_names_the_gateway(
    failing: GatewayUnderTest,
    client: ClientSession,
    method: str,
    path: str,
    status: int,
    code: str,
    may_pass: bool,
) -> None:
    headers = {"Authorization": f"Bearer {SECRET}", "Cookie": f"a={SECRET}", "X-Request-Id": "r-1"}
    async with client.request(method, f"{failing.url}{path}?t={SECRET}", headers=headers) as response:
        problem = await response.json(content_type="application/problem+json")
        assert (response.status, problem["status"], problem["code"]) == (status, status, code)
        assert "gateway" in problem["detail"]
        assert (problem["request_id"], response.headers["X-Request-Id"]) == ("r-1", "r-1")
        assert ("Retry-After" in response.headers) is may_pass
        assert "X-Service" not in response.headers
        assert SECRET not in str(problem)


@pytest.mark.parametrize(("method", "path", "status", "code", "may_pass"), ERRORS)
async def test_a_browser_gets_a_page_in_its_language(
    failing: GatewayUnderTest,
    client: ClientSession,
    method: str,
    path: str,
    status: int,
    code: str,
    may_pass: bool,
) -> None:
    async with client.request(method, failing.url + path, headers=BROWSER) as response:
        page = await response.text()
        assert (response.status, response.content_type) == (status, "text/html")
        assert '<html lang="de">' in page
        assert ('http-equiv="refresh"' in page) is may_pass


async def test_too_many_requests_for_pages_are_a_page(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_RATE_AVERAGE="1", TESSERA_RATE_BURST="1")
    for _ in range(40):
        async with client.get(gateway.url + "/", headers=BROWSER) as response:
            page = await response.text()
    assert (response.status, response.content_type) == (429, "text/html")
    assert "Zu viele Anfragen" in page


async def test_an_announced_oversize_body_is_a_problem_and_reaches_no_service(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    async with client.post(gateway.url + "/api/v1/tiles", data=io.BytesIO(b"x" * 2_000_000)) as response:
        problem = await response.json(content_type="application/problem+json")
    assert (response.status, problem["code"]) == (413, "body_too_large")
    assert [backend.seen for backend in backends.values()] == [[], [], [], []]


async def test_a_503_of_a_service_reaches_the_client_unchanged(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    backends["tiles"].is_ready = False
    async with client.get(gateway.url + "/api/v1/tiles/1") as response:
        assert (response.status, response.headers["X-Service"]) == (503, "tiles")
        assert (await response.json())["path"] == "/api/v1/tiles/1"


@pytest.mark.slow
async def test_one_living_process_of_whatever_service_serves_the_errors_of_all(
    start_gateway: Start, client: ClientSession
) -> None:
    async def serves(alive: str) -> None:
        async with serving_backends() as backends:
            gateway = await start_gateway(backends.values())
            for service, backend in backends.items():
                if service != alive:
                    await backend.die()
            path = "/api/v1/users/1" if alive != "users" else "/api/v1/tiles/1"

            async def is_a_problem() -> bool:
                async with client.get(gateway.url + path) as response:
                    return response.status == 502 and response.content_type == "application/problem+json"

            async def are_all_problems() -> bool:
                return all([await is_a_problem() for _ in range(len(SERVICES))])

            await eventually(are_all_problems)

    await asyncio.gather(*map(serves, SERVICES))  # the gateway looks at these processes every 5 s


async def test_credentials_are_not_forwarded_to_the_process_that_serves_the_error(
    failing: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {SECRET}", "Cookie": f"a={SECRET}", "X-Request-Id": "r-1"}
    async with client.get(failing.url + "/api/v1/tiles/dies", headers=headers) as response:
        assert response.status == 502
    asked = [headers for backend in backends.values() for headers in backend.error_requests]
    assert [set(headers) & {"Authorization", "Cookie"} for headers in asked] == [set()]


async def test_when_no_process_is_known_every_path_is_503(
    start_gateway: Start, client: ClientSession
) -> None:
    gateway = await start_gateway([], TESSERA_PROVIDER="docker")
    for path in ("/", "/api/v1/tiles/1", "/ready"):
        async with client.get(gateway.url + path) as response:
            assert response.status == 503
