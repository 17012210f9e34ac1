"""The gateway behind other proxies: who is believed, who the client is, below which path the site is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, TCPConnector

from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest, Start

PROXY, STRANGER = "127.0.0.2", "127.0.0.3"
PATH = "/api/v1/tiles/1"


@pytest.fixture
async def proxy() -> AsyncIterator[ClientSession]:
    """A client that connects from the address of the trusted proxy."""
    async with ClientSession(connector=TCPConnector(local_addr=(PROXY, 0))) as session:
        yield session


@pytest.fixture
async def stranger() -> AsyncIterator[ClientSession]:
    """A client that connects to the gateway directly."""
    async with ClientSession(connector=TCPConnector(local_addr=(STRANGER, 0))) as session:
        yield session


@pytest.fixture
async def backends(backends: dict[str, EchoBackend]) -> dict[str, EchoBackend]:
    for backend in backends.values():
        await backend.stop()
        backend.trusted_proxies = [ip_network(PROXY)]
        await backend.start()
    return backends


@pytest.fixture
async def gateway(start_gateway: Start, backends: dict[str, EchoBackend]) -> GatewayUnderTest:
    """A gateway that trusts PROXY, with a limit that three requests reach."""
    return await start_gateway(
        backends.values(),
        TESSERA_TRUSTED_PROXIES=f"{PROXY}, 192.0.2.0/24",
        TESSERA_RATE_AVERAGE="1",
        TESSERA_RATE_BURST="3",
        TESSERA_SOCKETS_PER_ADDRESS="1",
    )


async def client_seen(gateway: GatewayUnderTest, session: ClientSession, forwarded_for: str) -> str:
    async with session.get(gateway.url + PATH, headers={"X-Forwarded-For": forwarded_for}) as response:
        assert response.status == 200
        return str((await response.json())["client"])


async def statuses(gateway: GatewayUnderTest, session: ClientSession, forwarded_for: str) -> list[int]:
    found = []
    for _ in range(5):
        headers = {"X-Forwarded-For": forwarded_for}
        async with session.get(gateway.url + PATH, headers=headers) as response:
            found.append(response.status)
    return found


async def test_a_service_sees_the_client_that_a_trusted_proxy_names(
    gateway: GatewayUnderTest, proxy: ClientSession
) -> None:
    assert await client_seen(gateway, proxy, "203.0.113.7") == "203.0.113.7"


async def test_what_a_client_wrote_before_its_address_is_not_read(
    gateway: GatewayUnderTest, proxy: ClientSession
) -> None:
    assert await client_seen(gateway, proxy, "6.6.6.6, 203.0.113.7") == "203.0.113.7"


async def test_a_stranger_cannot_name_a_client(gateway: GatewayUnderTest, stranger: ClientSession) -> None:
    assert await client_seen(gateway, stranger, "203.0.113.7") == STRANGER


async def test_the_rate_limit_counts_the_clients_of_a_proxy_one_by_one(
    gateway: GatewayUnderTest, proxy: ClientSession
) -> None:
    assert await statuses(gateway, proxy, "203.0.113.7") == [200, 200, 200, 429, 429]
    # Neither a forged address nor a second proxy makes another client of it.
    assert await statuses(gateway, proxy, "6.6.6.6, 203.0.113.7") == [429] * 5
    assert await statuses(gateway, proxy, "203.0.113.7, 192.0.2.1") == [429] * 5
    assert await statuses(gateway, proxy, "203.0.113.8") == [200, 200, 200, 429, 429]


async def test_the_rate_limit_counts_a_direct_client_by_its_connection(
    gateway: GatewayUnderTest, stranger: ClientSession, client: ClientSession
) -> None:
    assert await statuses(gateway, stranger, "203.0.113.1") == [200, 200, 200, 429, 429]
    assert await statuses(gateway, stranger, "203.0.113.2") == [429] * 5
    assert await statuses(gateway, client, "203.0.113.2") == [200, 200, 200, 429, 429]


async def test_the_sockets_of_a_proxys_clients_are_counted_one_by_one(
    gateway: GatewayUnderTest, proxy: ClientSession
) -> None:
    url = gateway.url + "/api/v1/ws/canvas/7"
    named = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in (7, 8)]
    async with (
        proxy.ws_connect(url, headers=named[0]),
        proxy.ws_connect(url, headers=named[1]),
        proxy.get(url, headers=named[0]) as refused,
    ):
        assert refused.status == 429


@pytest.mark.parametrize(("peer", "expected"), [(PROXY, "203.0.113.7"), (STRANGER, STRANGER)])
async def test_the_proxy_protocol_is_believed_from_a_trusted_peer_only(
    gateway: GatewayUnderTest, peer: str, expected: str
) -> None:
    port = urlsplit(gateway.url).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(peer, 0))
    # As after TLS that passes through: the client itself may still send the header.
    writer.write(
        b"PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n"
        b"GET /api/v1/tiles/1 HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n"
    )
    received = (await reader.read()).decode()
    writer.close()
    assert f'"client": "{expected}"' in received


@pytest.mark.parametrize(
    ("peer", "scheme", "redirected"),
    [(PROXY, "https", False), (PROXY, "http", True), (STRANGER, "https", True)],
)
async def test_only_https_that_a_trusted_proxy_ended_is_not_redirected_to_https(
    start_gateway: Start, backends: dict[str, EchoBackend], peer: str, scheme: str, redirected: bool
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_TRUSTED_PROXIES=PROXY, TESSERA_HTTPS_PORT="443")
    async with (
        ClientSession(connector=TCPConnector(local_addr=(peer, 0))) as session,
        session.get(gateway.url + PATH, headers={"X-Forwarded-Proto": scheme}) as response,
    ):
        echoed = await response.json()
    # What is to be redirected arrives at `frontend`, with the port of HTTPS.
    assert ("x-https-port" in echoed["headers"]) is redirected


async def test_where_a_proxy_ends_tls_nobody_is_redirected(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_HTTPS_PORT="443", TESSERA_TLS="outside")
    async with client.get(gateway.url + PATH) as response:
        assert "x-https-port" not in (await response.json())["headers"]


@pytest.fixture
async def below_a_path(start_gateway: Start, backends: dict[str, EchoBackend]) -> GatewayUnderTest:
    """A gateway of a site that is not at the root of its host."""
    return await start_gateway(backends.values(), TESSERA_PUBLIC_URL="https://example.org/tes.sera/")


@pytest.mark.parametrize(
    ("requested", "service", "path"),
    [
        ("/tes.sera/api/v1/tiles/1", "tiles", "/api/v1/tiles/1"),
        ("/tes.sera/.well-known/jwks.json", "auth", "/.well-known/jwks.json"),
        ("/tes.sera/canvas/7", "frontend", "/canvas/7"),
        ("/tes.sera", "frontend", "/"),
        ("/tes.sera/", "frontend", "/"),
        ("/api/v1/tiles/1", "tiles", "/api/v1/tiles/1"),  # for this machine's own commands
    ],
)
async def test_a_service_gets_paths_without_the_prefix(
    below_a_path: GatewayUnderTest, client: ClientSession, requested: str, service: str, path: str
) -> None:
    async with client.get(below_a_path.url + requested) as response:
        echoed = await response.json()
    prefix = "/tes.sera" if requested.startswith("/tes.sera") else ""
    assert (echoed["service"], echoed["path"], echoed["prefix"]) == (service, path, prefix)


@pytest.mark.parametrize("path", ["/tes.serahealth", "/tesXsera/api/v1/tiles/1", "/tes.sera.org/canvas/7"])
async def test_a_path_that_only_resembles_the_prefix_keeps_it(
    below_a_path: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    async with client.get(below_a_path.url + path) as response:
        assert (await response.json())["path"] == path


@pytest.mark.parametrize("path", ["/tes.sera/health", "/tes.sera/metrics", "/tes.sera/gateway-errors/502"])
async def test_internal_paths_are_closed_below_the_prefix_too(
    below_a_path: GatewayUnderTest, client: ClientSession, path: str
) -> None:
    async with client.get(below_a_path.url + path) as response:
        assert response.status == 404


async def test_a_client_cannot_name_a_prefix(gateway: GatewayUnderTest, proxy: ClientSession) -> None:
    headers = {"X-Forwarded-Prefix": "/forged", "X_Forwarded_Prefix": "/forged"}
    async with proxy.get(gateway.url + PATH, headers=headers) as response:
        assert (await response.json())["prefix"] == ""
