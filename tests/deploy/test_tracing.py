"""Traces start at the gateway: W3C Trace Context to the services, OTLP to a collector."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from deploy.stack.parts.traefik import Traefik
from deploy.stack.ports import Listen
from deploy.stack.state_dir import StateDir
from tests.support.backend import EchoBackend
from tests.support.parts import free_ports
from tests.support.waiting import eventually


async def test_a_request_without_a_trace_gets_one_that_its_service_and_the_collector_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[bytes] = []

    async def collect(request: web.Request) -> web.Response:
        assert request.path == "/v1/traces"
        collected.append(await request.read())
        return web.Response()

    collector = web.AppRunner(web.Application())
    collector.app.router.add_post("/v1/traces", collect)
    await collector.setup()
    await web.TCPSite(collector, "127.0.0.1", 0).start()
    monkeypatch.setenv("TESSERA_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.addresses[0][1]}/v1/traces")
    tiles = EchoBackend("tiles")
    await tiles.start()
    port, admin_port = free_ports(2)
    gateway = Traefik(
        StateDir(tmp_path), listen=Listen(port), admin_port=admin_port, servers={"tiles": [tiles.url]}
    )
    try:
        await gateway.start()
        async with ClientSession() as http, http.get(f"http://127.0.0.1:{port}/api/v1/tiles/1") as response:
            received = (await response.json())["headers"]
        trace_id = bytes.fromhex(received["traceparent"].split("-")[1])

        async def is_collected() -> bool:
            return any(trace_id in spans for spans in collected)

        await eventually(is_collected)
    finally:
        await gateway.stop()
        await tiles.stop()
        await collector.cleanup()
