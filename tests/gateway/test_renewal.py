"""A renewed certificate is served at once, while what is under way goes on."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from deploy.stack.compose import certificates
from deploy.stack.compose.served import Authority, renew, serve_own
from tests.support.backend import EchoBackend
from tests.support.gateway import GatewayUnderTest, Start
from tests.support.waiting import eventually


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    (tmp_path / "authority").mkdir()
    return Authority(tmp_path / "authority")


@pytest.fixture
def served(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate of that authority that ends within days."""
    (tmp_path / "served").mkdir()
    file = tmp_path / "served" / "certificate.pem"
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "CERTIFICATE_DAYS", 10)
        serve_own(file, "localhost", authority)
    return file


@pytest.fixture
async def gateway(start_gateway: Start, backends: dict[str, EchoBackend], served: Path) -> GatewayUnderTest:
    """A gateway that serves the certificate as that of Compose does."""
    return await start_gateway(backends.values(), tls=True, certificate=served)


def serves(gateway: GatewayUnderTest, certificate: Path) -> bool:
    """Whether a new connection gets the certificate of that file."""
    parts = urlsplit(gateway.url)
    found = ssl.get_server_certificate((parts.hostname or "", parts.port or 0))
    return certificate.read_text().startswith(found)


async def test_a_renewed_certificate_is_served_and_no_connection_ends(
    gateway: GatewayUnderTest, client: ClientSession, authority: Authority, served: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(authority.certificate))
    live_url = gateway.url.replace("http:", "wss:") + "/api/v1/ws/canvas/7?ticket=ada"
    async with client.ws_connect(live_url, protocols=["tessera.v1.json"], ssl=trust) as live:
        assert await asyncio.to_thread(serves, gateway, served)
        assert renew(served, authority)
        await eventually(lambda: asyncio.to_thread(serves, gateway, served))
        await live.send_str("still here")
        assert await live.receive_str() == "ada said still here"
    async with client.get(gateway.url.replace("http:", "https:") + "/api/v1/tiles/1", ssl=trust) as response:
        assert response.status == 200
