"""A renewed certificate is served at once, while what is under way goes on."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest
from aiohttp import ClientSession

from deploy.stack.compose.served import Authority, renew
from tests.support.backend import EchoBackend
from tests.support.certificates import issue_ending_in, read_days_served
from tests.support.gateway import GatewayUnderTest, Start
from tests.support.waiting import eventually


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "authority").mkdir()
    return Authority(tmp_path / "authority")


@pytest.fixture
def served(authority: Authority, tmp_path: Path) -> Path:
    """A certificate of that authority that ends within days."""
    (tmp_path / "served").mkdir()
    file = tmp_path / "served" / "certificate.pem"
    authority.ensure()
    issue_ending_in(10, authority, "localhost", file)
    return file


@pytest.fixture
async def gateway(start_gateway: Start, backends: dict[str, EchoBackend], served: Path) -> GatewayUnderTest:
    """A gateway that serves the certificate as that of Compose does."""
    return await start_gateway(backends.values(), tls=True, certificate=served)


async def test_a_renewed_certificate_is_served_and_no_connection_ends(
    gateway: GatewayUnderTest, client: ClientSession, authority: Authority, served: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    live_url = gateway.url.replace("http:", "wss:") + "/api/v1/ws/canvas/7?ticket=ada"
    async with client.ws_connect(live_url, protocols=["tessera.v1.json"], ssl=trust) as live:
        assert read_days_served(gateway.url) < 10
        assert renew(served, authority)

        async def is_served() -> bool:
            return await asyncio.to_thread(read_days_served, gateway.url) > 300

        await eventually(is_served)
        await live.send_str("still here")
        assert await live.receive_str() == "ada said still here"
    async with client.get(gateway.url.replace("http:", "https:") + "/api/v1/tiles/1", ssl=trust) as response:
        assert response.status == 200
