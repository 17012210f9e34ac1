"""The live feed passes through the gateway, and its tickets are not logged."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, TCPConnector, WSServerHandshakeError

from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest, Start
from tests.support.waiting import PATIENCE, eventually


async def test_a_websocket_passes_with_its_subprotocol_and_ticket(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    url = gateway.url + "/api/v1/ws/canvas/7?since=3&ticket=t1"
    async with client.ws_connect(url, protocols=["tessera.v1.json"]) as live:
        assert live.protocol == "tessera.v1.json"
        await live.send_str("ping")
        assert await live.receive_str(timeout=PATIENCE) == "t1 said ping"


async def test_a_quiet_websocket_outlives_the_response_timeout(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_RESPONSE_TIMEOUT="200ms")
    async with client.ws_connect(gateway.url + "/api/v1/ws/canvas/7") as live:
        await asyncio.sleep(0.6)
        await live.send_str("still here")
        assert await live.receive_str(timeout=PATIENCE) == "None said still here"


async def test_a_websocket_reaches_the_remaining_server(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(tiles_pair)
    await tiles_pair[0].die()
    for _ in range(10):
        async with client.ws_connect(gateway.url + "/api/v1/ws/canvas/7") as live:
            await live.send_str("hello")
            assert await live.receive_str(timeout=PATIENCE) == "None said hello"


async def test_a_ticket_is_never_logged(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    ticket = secrets.token_urlsafe(32)
    url = f"{gateway.url}/api/v1/ws/canvas/7?ticket={ticket}"
    async with client.ws_connect(url) as live:
        await live.send_str("x")
        await live.receive_str(timeout=PATIENCE)
        await asyncio.sleep(0.6)  # one that closes at once is not logged
    await backends["tiles"].die()
    async with client.get(url) as response:  # covers the error path
        assert response.status in {502, 503}
    paths = [line["RequestPath"] for line in await gateway.access_log(lines=2)]
    assert paths == ["/api/v1/ws/canvas/7"] * 2
    written = "".join(path.read_text() for path in gateway.folder.glob("*.log"))
    assert ticket not in written


async def test_the_sockets_of_one_address_are_limited_before_the_upgrade(
    start_gateway: Start, tiles_pair: list[EchoBackend]
) -> None:
    gateway = await start_gateway(tiles_pair, TESSERA_SOCKETS_PER_ADDRESS="2")
    url = gateway.url + "/api/v1/ws/canvas/7"
    async with client_at("127.0.0.1") as client, client_at("127.0.0.2") as other:
        first, _ = [await client.ws_connect(url) for _ in range(2)]
        async with client.get(url) as refused:
            problem = await refused.json()
        assert (refused.status, problem["code"]) == (429, "rate_limited")
        assert refused.content_type == "application/problem+json"
        assert int(refused.headers["Retry-After"]) > 0
        async with other.ws_connect(url) as live, client.get(f"{gateway.url}/api/v1/tiles/1") as response:
            assert not live.closed
            assert response.status == 200
        await first.close()

        async def is_admitted() -> bool:
            try:
                await client.ws_connect(url)
            except WSServerHandshakeError as refused:
                assert refused.status == 429
                return False
            return True

        await eventually(is_admitted)


async def test_too_many_handshakes_are_refused_with_a_problem(
    start_gateway: Start, tiles_pair: list[EchoBackend]
) -> None:
    gateway = await start_gateway(tiles_pair, TESSERA_RATE_AVERAGE="1", TESSERA_RATE_BURST="1")
    url = gateway.url + "/api/v1/ws/canvas/7"
    async with ClientSession() as client, client.ws_connect(url), client.get(url) as refused:
        problem = await refused.json()
        assert (refused.status, problem["code"]) == (429, "rate_limited")
        assert int(refused.headers["Retry-After"]) > 0


async def test_the_default_limit_of_sockets_is_that_of_production(gateway: GatewayUnderTest) -> None:
    limit = (await gateway.read_api("/http/middlewares/sockets-per-address@file"))["inFlightReq"]
    assert limit == {"amount": 500, "sourceCriterion": {"ipStrategy": {"ipv6Subnet": 64}}}


@asynccontextmanager
async def client_at(address: str) -> AsyncIterator[ClientSession]:
    """Give a client with an address of its own."""
    async with ClientSession(connector=TCPConnector(local_addr=(address, 0))) as client:
        yield client
