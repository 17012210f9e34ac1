"""What a client observes while services stop, die, hang and recover."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from functools import partial

import pytest
from aiohttp import ClientSession

from tests.support.backend import EchoBackend
from tests.support.busy import here
from tests.support.gateway import GatewayUnderTest, Start
from tests.support.waiting import eventually

HEALTH_SECONDS = 3
"""One interval, one health-check timeout, and slack for a busy machine."""


async def respond(client: ClientSession, url: str, method: str = "GET") -> tuple[int, str | None]:
    async with client.request(method, url) as response:
        return response.status, response.headers.get("X-Service")


async def test_a_stopped_service_is_502_and_recovers_without_a_restart(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    url = gateway.url + "/api/v1/users/1"

    async def responds_with_502() -> bool:
        return await respond(client, url) == (502, None)

    async def responds_with_200() -> bool:
        return await respond(client, url) == (200, "users")

    await backends["users"].die()
    await eventually(responds_with_502, HEALTH_SECONDS)
    await backends["users"].start()
    await eventually(responds_with_200, HEALTH_SECONDS)


async def test_a_server_that_is_not_ready_receives_no_requests(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    first, second = tiles_pair
    gateway = await start_gateway(tiles_pair)
    first.is_ready = False
    await eventually(lambda: gateway.has_server_status("DOWN", first), HEALTH_SECONDS)
    first.seen.clear()
    for _ in range(10):
        assert await respond(client, gateway.url + "/api/v1/tiles/1") == (200, "tiles")
    assert (len(first.seen), len(second.seen)) == (0, 10)


async def test_when_no_server_is_ready_the_service_itself_responds_with_503(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend], client: ClientSession
) -> None:
    backends["tiles"].is_ready = False
    await eventually(lambda: gateway.has_server_status("DOWN", backends["tiles"]), HEALTH_SECONDS)
    assert await respond(client, gateway.url + "/api/v1/tiles/1") == (503, "tiles")


async def test_when_every_health_check_times_out_requests_are_served(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(tiles_pair)
    for backend in tiles_pair:
        backend.is_starved = True
    for backend in tiles_pair:
        await eventually(partial(gateway.has_server_status, "DOWN", backend))
    outcomes = Counter([await respond(client, gateway.url + "/api/v1/tiles/1") for _ in range(10)])
    assert outcomes == {(200, "tiles"): 10}


async def test_when_no_server_is_ready_one_that_lives_is_found_beside_dead_ones(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(tiles_pair)
    dead, unready = tiles_pair
    unready.is_ready = False
    await dead.die()
    for backend in tiles_pair:
        await eventually(partial(gateway.has_server_status, "DOWN", backend))
    outcomes = Counter([await respond(client, gateway.url + "/api/v1/tiles/1") for _ in range(10)])
    assert outcomes == {(503, "tiles"): 10}


async def test_health_checks_keep_their_connection(
    gateway: GatewayUnderTest, backends: dict[str, EchoBackend]
) -> None:
    async def has_checked_three_times() -> bool:
        return len(backends["tiles"].checked_from) >= 3

    await eventually(has_checked_three_times)
    assert len(set(backends["tiles"].checked_from)) == 1


async def test_a_server_dying_under_load_fails_no_read(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(tiles_pair)
    outcomes: Counter[int] = Counter()
    end = time.monotonic() + 2

    async def keep_reading() -> None:
        while time.monotonic() < end:
            outcomes[(await respond(client, gateway.url + "/api/v1/tiles/1"))[0]] += 1

    async with asyncio.TaskGroup() as readers:
        for _ in range(20):
            readers.create_task(keep_reading())
        await asyncio.sleep(0.3)
        await tiles_pair[0].die()
    assert set(outcomes) == {200}


async def test_a_server_dying_under_load_fails_only_writes_that_it_had_begun(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(tiles_pair)
    failed_after: list[float] = []
    end = time.monotonic() + 2

    async def keep_writing() -> None:
        while (started := time.monotonic()) < end:
            status, _ = await respond(client, gateway.url + "/api/v1/tiles", "POST")
            if status != 200:
                failed_after.append(started)

    async with asyncio.TaskGroup() as writers:
        for _ in range(20):
            writers.create_task(keep_writing())
        await asyncio.sleep(0.3)
        await tiles_pair[0].die()
        died = time.monotonic()
    assert [started for started in failed_after if started > died] == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_write_that_a_server_had_begun_is_never_replayed(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession, method: str
) -> None:
    gateway = await start_gateway(tiles_pair)
    assert await respond(client, gateway.url + "/api/v1/tiles/dies", method) == (502, None)
    assert sum(len(backend.seen) for backend in tiles_pair) == 1


async def test_a_read_that_kills_its_server_is_replayed_once(
    start_gateway: Start, tiles_pair: list[EchoBackend], client: ClientSession
) -> None:
    gateway = await start_gateway(tiles_pair)
    assert await respond(client, gateway.url + "/api/v1/tiles/dies") == (502, None)
    assert sum(len(backend.seen) for backend in tiles_pair) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_service_that_does_not_respond_is_504_in_bounded_time(
    start_gateway: Start, backends: dict[str, EchoBackend], client: ClientSession, method: str
) -> None:
    gateway = await start_gateway(backends.values(), TESSERA_RESPONSE_TIMEOUT="500ms")
    started = time.monotonic()
    assert await respond(client, gateway.url + "/api/v1/tiles/slow", method) == (504, None)
    assert time.monotonic() - started < here(2)
    assert len(backends["tiles"].seen) == 1


async def test_a_stopping_gateway_reports_503_before_it_stops_listening(
    gateway: GatewayUnderTest, client: ClientSession
) -> None:
    async def ping() -> int:
        async with client.get(gateway.internal_url + "/ping") as response:
            return response.status

    async def ping_is_503() -> bool:
        return await ping() == 503

    assert await ping() == 200
    gateway.process.terminate()
    await eventually(ping_is_503)
    assert await respond(client, gateway.url + "/api/v1/tiles/1") == (200, "tiles")
    assert await asyncio.wait_for(gateway.process.wait(), 8) == 0
