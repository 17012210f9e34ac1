"""The gateway behind nginx as docs/behind-a-proxy.md configures it: TLS ends there."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, TCPConnector, web

from frontend.app import create_app
from frontend.settings import Settings
from tests.support.backend import EchoBackend
from tests.support.gateway import Start
from tests.support.nginx import RunningNginx, running_nginx
from tests.support.waiting import PATIENCE

PATH = "/api/v1/tiles/1"
LIMITS = {"TESSERA_RATE_AVERAGE": "1", "TESSERA_RATE_BURST": "3"}


@pytest.fixture
async def backends(backends: dict[str, EchoBackend]) -> dict[str, EchoBackend]:
    for backend in backends.values():
        await backend.stop()
        backend.trusted_proxies = [ip_network("127.0.0.1")]
        await backend.start()
    return backends


@pytest.fixture
async def nginx(
    start_gateway: Start, backends: dict[str, EchoBackend], tmp_path: Path
) -> AsyncIterator[RunningNginx]:
    """In front of a gateway that requires HTTPS and trusts nginx, with a limit that three requests reach."""
    gateway = await start_gateway(
        backends.values(), TESSERA_TRUSTED_PROXIES="127.0.0.1", TESSERA_HTTPS_PORT="443", **LIMITS
    )
    folder = tmp_path / "nginx"
    folder.mkdir()
    async with running_nginx(folder, urlsplit(gateway.url).port or 0) as nginx:
        yield nginx


@asynccontextmanager
async def visitor(nginx: RunningNginx, address: str) -> AsyncIterator[ClientSession]:
    """Give a client of nginx with an address of its own."""
    connector = TCPConnector(local_addr=(address, 0), ssl=nginx.trust)
    async with ClientSession(nginx.https_url, connector=connector) as session:
        yield session


@pytest.mark.parametrize("forged", [{}, {"X-Forwarded-For": "6.6.6.6"}, {"X-Real-Ip": "6.6.6.6"}])
async def test_a_service_sees_the_visitor_and_not_nginx(nginx: RunningNginx, forged: dict[str, str]) -> None:
    async with visitor(nginx, "127.0.0.9") as ada, ada.get(PATH, headers=forged) as response:
        assert (await response.json())["client"] == "127.0.0.9"


async def test_each_visitor_has_a_limit_of_its_own(nginx: RunningNginx) -> None:
    found = []
    for address in ("127.0.0.8", "127.0.0.9"):
        async with visitor(nginx, address) as session:
            for number in range(4):
                async with session.get(PATH, headers={"X-Forwarded-For": f"203.0.113.{number}"}) as response:
                    found.append(response.status)
    assert found == 2 * [200, 200, 200, 429]


async def test_https_is_not_redirected_to_itself(nginx: RunningNginx) -> None:
    async with visitor(nginx, "127.0.0.9") as ada, ada.get("/", allow_redirects=False) as response:
        echoed = await response.json()
    assert response.status == 200
    assert "x-https-port" not in echoed["headers"]
    assert echoed["headers"]["x-forwarded-proto"] == "https"


async def test_http_is_redirected_to_https_with_path_and_query(
    nginx: RunningNginx, client: ClientSession
) -> None:
    async with client.get(f"{nginx.http_url}/canvas/7?cell=1,2", allow_redirects=False) as response:
        location = response.headers["Location"]
    assert (response.status, location) == (308, f"{nginx.https_url}/canvas/7?cell=1,2")


async def test_sockets_are_live(nginx: RunningNginx) -> None:
    async with (
        visitor(nginx, "127.0.0.9") as ada,
        ada.ws_connect("/api/v1/ws/canvas/7?ticket=t1", protocols=["tessera.v1.json"]) as live,
    ):
        assert live.protocol == "tessera.v1.json"
        await live.send_str("ping")
        assert await live.receive_str(timeout=PATIENCE) == "t1 said ping"


async def test_a_body_that_is_too_large_is_refused_by_the_service(nginx: RunningNginx) -> None:
    async with (
        visitor(nginx, "127.0.0.9") as ada,
        ada.post("/api/v1/tiles", data=io.BytesIO(b"x" * (1024 * 1024 + 1))) as response,
    ):
        assert (response.status, response.headers.get("X-Service")) == (413, "tiles")


async def test_below_a_path_the_pages_and_the_api_are_there(
    start_gateway: Start, backends: dict[str, EchoBackend], tmp_path: Path
) -> None:
    folder = tmp_path / "nginx"
    folder.mkdir()
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(create_app(Settings(instance="web-1")), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pages = EchoBackend("frontend", port=runner.addresses[0][1])
        gateway = await start_gateway(
            [backends["tiles"], pages],
            TESSERA_TRUSTED_PROXIES="127.0.0.1",
            TESSERA_PUBLIC_URL="https://localhost/tessera",
        )
        nginx = await stack.enter_async_context(
            running_nginx(folder, urlsplit(gateway.url).port or 0, prefix="/tessera")
        )
        session = await stack.enter_async_context(visitor(nginx, "127.0.0.9"))
        async with session.get("/tessera/canvas/7") as page:
            text = await page.text()
        async with session.get(f"/tessera{PATH}") as response:
            echoed = await response.json()
        async with session.get(PATH) as elsewhere:
            assert elsewhere.status == 404  # another site's
    assert page.status == 200
    assert 'data-base="/tessera"' in text
    assert (echoed["path"], echoed["prefix"]) == (PATH, "/tessera")
