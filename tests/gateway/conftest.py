"""A real gateway on free ports, in front of small real backends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from deploy.stack.compose.project import Project
from deploy.stack.compose.state import static_configuration as compose_configuration
from deploy.stack.gateway import static_configuration
from tests.support.backend import EchoBackend
from tests.support.gateway import TRAEFIK, GatewayUnderTest, Start, serving_backends
from tests.support.waiting import PATIENCE, eventually

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    timeout = aiohttp.ClientTimeout(total=PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield session


@pytest.fixture
async def backends() -> AsyncIterator[dict[str, EchoBackend]]:
    """One process of each service."""
    async with serving_backends() as made:
        yield made


@pytest.fixture
async def tiles_pair() -> AsyncIterator[list[EchoBackend]]:
    """Two processes of the tiles service."""
    made = [EchoBackend("tiles", instance) for instance in ("1", "2")]
    for backend in made:
        await backend.start()
    yield made
    for backend in made:
        await backend.stop()


@pytest.fixture
async def start_gateway(tmp_path: Path, client: aiohttp.ClientSession) -> AsyncIterator[Start]:
    """Start a gateway in front of the given backends; keyword arguments add to its environment."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(
            backends: Iterable[EchoBackend],
            *,
            tls: bool = False,
            certificate: Path | None = None,
            **environment: str,
        ) -> GatewayUnderTest:
            web, internal = (stack.enter_context(_reserve_port()) for _ in range(2))
            folder = tmp_path / f"gateway-{web}"
            folder.mkdir()
            static = _static_configuration(folder, web, internal, environment, tls)
            if certificate:
                environment |= _serve(static, certificate)
            gateway = await _spawn(folder, client, static, _servers(backends) | environment)
            stack.push_async_callback(_kill, gateway)
            await eventually(lambda: _has_routes(gateway))
            return gateway

        yield start


@pytest.fixture
async def gateway(start_gateway: Start, backends: dict[str, EchoBackend]) -> GatewayUnderTest:
    return await start_gateway(backends.values())


def _static_configuration(
    folder: Path, web: int, internal: int, environment: Mapping[str, str], tls: bool
) -> dict[str, Any]:
    static = static_configuration(environment)
    del static["entryPoints"]["websecure"]
    static["entryPoints"]["web"] |= {"address": f"127.0.0.1:{web}", "reusePort": True}
    static["entryPoints"]["traefik"] |= {"address": f"127.0.0.1:{internal}", "reusePort": True}
    static["providers"]["file"]["directory"] = str(ROOT / "gateway/dynamic")
    static["accessLog"]["filePath"] = str(folder / "access.log")
    static["log"]["filePath"] = str(folder / "traefik.log")
    if tls:
        static["entryPoints"]["web"]["http"]["tls"] = {}
    return static


def _serve(static: dict[str, Any], certificate: Path) -> dict[str, str]:
    """Let it find certificate and routes as under Compose; return what says so in its environment."""
    shutil.copytree(ROOT / "gateway" / "dynamic", certificate.parent / "dynamic")
    compose = compose_configuration(Project("prod", {"TESSERA_VAR": str(certificate.parents[1] / "var")}))
    static["providers"]["file"] = {
        **compose["providers"]["file"],
        "directory": str(certificate.parent),
    }
    return {"TESSERA_CERTIFICATE": str(certificate), "TESSERA_CERTIFICATE_KEY": str(certificate)}


def _servers(backends: Iterable[EchoBackend]) -> dict[str, str]:
    urls: dict[str, list[str]] = {}
    for backend in backends:
        urls.setdefault(backend.service, []).append(backend.url)
    return {f"TESSERA_{service.upper()}_SERVERS": ",".join(known) for service, known in urls.items()}


async def _spawn(
    folder: Path, client: aiohttp.ClientSession, static: dict[str, Any], environment: dict[str, str]
) -> GatewayUnderTest:
    (folder / "traefik.yml").write_text(yaml.safe_dump(static))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TESSERA_")}
    rates = {"TESSERA_RATE_AVERAGE": "5000", "TESSERA_RATE_BURST": "10000"}
    process = await asyncio.create_subprocess_exec(
        TRAEFIK, f"--configFile={folder / 'traefik.yml'}", env=inherited | rates | environment
    )
    web, internal = (static["entryPoints"][name]["address"] for name in ("web", "traefik"))
    return GatewayUnderTest(f"http://{web}", f"http://{internal}", folder, process, client)


async def _has_routes(gateway: GatewayUnderTest) -> bool:
    """Return whether the routing table is in use; /ping succeeds earlier."""
    assert gateway.process.returncode is None, (gateway.folder / "traefik.log").read_text()
    with contextlib.suppress(aiohttp.ClientConnectionError):
        async with gateway.client.get(
            f"{gateway.internal_url}/api/http/routers/frontend-missing@file"
        ) as response:
            return response.status == 200
    return False


async def _kill(gateway: GatewayUnderTest) -> None:
    with contextlib.suppress(ProcessLookupError):
        gateway.process.kill()
    await gateway.process.wait()


@contextlib.contextmanager
def _reserve_port() -> Iterator[int]:
    """Reserve a free port, on which only Traefik can listen, thanks to `reusePort`."""
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]
