"""A revoked token is refused by every process within a second, and its sockets close."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import aio_pika
import pytest
from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType

from shared.messaging.contracts import SessionRevoked
from shared.messaging.revocations import Revocation
from tests.support.busy import here
from tests.support.messaging import publish
from tests.support.parts import Private, VirtualHost
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.waiting import PATIENCE

ANN = account_id("ann")


@pytest.fixture
async def processes(start_tiles: StartTiles, database_url: str, broker: VirtualHost) -> list[TilesClient]:
    """Two processes whose feeds are up: each has received the revocation of another account."""
    processes = [await start_tiles(database_url, broker.url) for _ in range(2)]
    for tiles in processes:
        await is_listening(tiles, broker.url)
    return processes


async def is_listening(tiles: TilesClient, broker_url: str) -> None:
    marker = account_id("marker")
    deadline = time.monotonic() + PATIENCE
    while (await likes(tiles, marker, "marker"))[0] != 401:
        assert time.monotonic() < deadline, "it never listened"
        try:
            await revoke(broker_url, marker)
        except aio_pika.exceptions.AMQPError:
            await asyncio.sleep(0.1)  # the exchange has not been declared yet
        await asyncio.sleep(0.02)


async def revoke(broker_url: str, account: int, session_id: int | None = None) -> None:
    event = SessionRevoked(account_id=account, session_id=session_id, before=datetime.now(UTC))
    envelope = event.envelope(producer="auth", traceparent=None)
    await publish(broker_url, envelope.routing_key, envelope.encode().encode(), str(envelope.id))


async def likes(tiles: TilesClient, account: int, name: str, **claims: Any) -> tuple[int, str]:
    """Try a write (to a tile that does not exist) and return the status and code."""
    token = tiles.keys.token(account, name, **{"iat": int(time.time()) - 1, **claims})
    response = await tiles.call(None, "POST", "/tiles/999/like", headers={"Authorization": f"Bearer {token}"})
    return response.status, (await response.json())["code"]


async def test_the_next_write_in_any_process_is_refused_within_a_second(
    processes: list[TilesClient], broker: VirtualHost
) -> None:
    for tiles in processes:
        assert await likes(tiles, ANN, "ann") == (404, "tile_not_found")
    revoked = time.monotonic()
    await revoke(broker.url, ANN)
    for tiles in processes:
        while await likes(tiles, ANN, "ann") != (401, "token_revoked"):
            assert time.monotonic() < revoked + here(1)
    assert await likes(processes[0], account_id("bob"), "bob") == (404, "tile_not_found")


async def test_a_token_that_was_cached_as_valid_is_refused_too(
    processes: list[TilesClient], broker: VirtualHost
) -> None:
    tiles = processes[0]
    token = tiles.keys.token(ANN, "ann", sid="7")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await tiles.call(None, "POST", "/tiles/999/like", headers=headers)).status == 404
    await revoke(broker.url, ANN, 7)
    async with asyncio.timeout(here(1)):
        while (await tiles.call(None, "POST", "/tiles/999/like", headers=headers)).status != 401:
            continue


async def test_other_sessions_and_later_tokens_of_the_account_keep_working(
    processes: list[TilesClient], broker: VirtualHost
) -> None:
    tiles = processes[0]
    await revoke(broker.url, ANN, 7)
    async with asyncio.timeout(here(1)):
        while await likes(tiles, ANN, "ann", sid="7") != (401, "token_revoked"):
            continue
    assert await likes(tiles, ANN, "ann", sid="8") == (404, "tile_not_found")

    await revoke(broker.url, ANN)
    async with asyncio.timeout(here(1)):
        while await likes(tiles, ANN, "ann", sid="8") != (401, "token_revoked"):
            continue
    assert await likes(tiles, ANN, "ann", sid="9", iat=time.time()) == (404, "tile_not_found")


async def test_only_the_sockets_of_a_revoked_account_are_closed(
    processes: list[TilesClient], broker: VirtualHost
) -> None:
    tiles = processes[1]
    canvas = await tiles.canvas()
    path = f"/api/v1/ws/canvas/{canvas['id']}"
    tickets = [tiles.keys.ticket(account_id(name), name) for name in ("ann", "bob")]
    async with (
        tiles.client.ws_connect(path, params={"ticket": tickets[0]}) as ann,
        tiles.client.ws_connect(path, params={"ticket": tickets[1]}) as bob,
        tiles.client.ws_connect(path) as guest,
    ):
        for socket in (ann, bob, guest):
            await socket.receive_json(timeout=PATIENCE)
        await revoke(broker.url, ANN)
        message = await after_presence(ann, here(1))
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)
        for socket in (bob, guest):
            await socket.send_json({"type": "ping"})
            assert (await after_presence(socket, PATIENCE)).json() == {"type": "pong"}


async def after_presence(socket: ClientWebSocketResponse, seconds: float) -> WSMessage:
    """Return the next message that is not about presence."""
    async with asyncio.timeout(seconds):
        while True:
            message = await socket.receive()
            if message.type is not WSMsgType.TEXT or message.json()["type"] != "presence":
                return message


async def test_a_ticket_of_a_revoked_session_is_refused(
    processes: list[TilesClient], broker: VirtualHost
) -> None:
    tiles = processes[0]
    canvas = await tiles.canvas()
    ticket = tiles.keys.ticket(ANN, "ann", sid="7")
    await revoke(broker.url, ANN, 7)
    async with asyncio.timeout(here(1)):
        while await likes(tiles, ANN, "ann", sid="7") != (401, "token_revoked"):
            continue
    response = await tiles.client.get(f"/api/v1/ws/canvas/{canvas['id']}", params={"ticket": ticket})
    assert (response.status, (await response.json())["code"]) == (401, "token_revoked")


async def test_revocations_from_before_the_start_are_fetched(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    tiles = await start_tiles(database_url)
    made = time.time()
    tiles.keys.revocations.append(Revocation(account_id=ANN, session_id=None, before=datetime.now(UTC)))
    assert await likes(tiles, ANN, "ann", iat=made) == (404, "tile_not_found")
    late = await start_tiles(database_url, broker.url)
    async with asyncio.timeout(PATIENCE):
        while await likes(late, ANN, "ann", iat=made) != (401, "token_revoked"):
            continue


async def test_revocations_during_a_broker_outage_are_fetched_afterwards(
    start_tiles: StartTiles, database_url: str, private_broker: Private
) -> None:
    tiles = await start_tiles(database_url, private_broker.url)
    await is_listening(tiles, private_broker.url)
    made = time.time()
    await asyncio.to_thread(private_broker.kill)
    tiles.keys.revocations.append(Revocation(account_id=ANN, session_id=None, before=datetime.now(UTC)))
    assert await likes(tiles, ANN, "ann", iat=made) == (404, "tile_not_found")
    await asyncio.to_thread(private_broker.start)
    async with asyncio.timeout(PATIENCE):
        while await likes(tiles, ANN, "ann", iat=made) != (401, "token_revoked"):
            continue
