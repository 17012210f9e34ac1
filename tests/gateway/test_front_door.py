"""What the doctor finds of a real nginx in front of a real gateway, by one request for the public address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from deploy.checks.facts import logs
from deploy.checks.facts.front import knock
from frontend.app import create_app
from frontend.settings import Settings
from tests.support.backend import EchoBackend
from tests.support.facts import codes
from tests.support.gateway import Start
from tests.support.nginx import running_nginx
from tests.support.parts import free_ports


@pytest.fixture
async def pages() -> AsyncIterator[EchoBackend]:
    """A `frontend` that is not an echo."""
    runner = web.AppRunner(create_app(Settings(instance="web-1")), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield EchoBackend("frontend", port=runner.addresses[0][1])
    await runner.cleanup()


@pytest.mark.parametrize(
    ("trusted", "demands_https", "path", "found"),
    [
        (["127.0.0.1"], False, "", []),
        (["127.0.0.1"], True, "", []),
        ([], False, "", ["proxy-untrusted"]),
        ([], True, "", ["redirect-loop"]),
        (["127.0.0.1"], False, "/of-which-the-gateway-knows-nothing", ["public-url-wrong"]),
    ],
)
async def test_the_doctor_finds_settings_that_do_not_fit_the_proxy(
    start_gateway: Start,
    pages: EchoBackend,
    tmp_path: Path,
    trusted: list[str],
    demands_https: bool,
    path: str,
    found: list[str],
) -> None:
    (port,) = free_ports(1)
    demand = {"TESSERA_HTTPS_PORT": str(port)} if demands_https else {}
    gateway = await start_gateway([pages], TESSERA_TRUSTED_PROXIES=",".join(trusted), **demand)

    def find_request(request_id: str) -> logs.LoggedRequest | None:
        lines = logs.parse(logs.read_tail(gateway.folder / "access.log"))
        return next((one for one in logs.find_requests(lines) if one.request_id == request_id), None)

    folder = tmp_path / "nginx"
    folder.mkdir()
    async with running_nginx(folder, urlsplit(gateway.url).port or 0, https=port) as nginx:
        front = await asyncio.to_thread(
            knock, nginx.https_url + path, trusted, find_request, is_behind_nat=False
        )
    assert front.status
    assert codes(front) == found
