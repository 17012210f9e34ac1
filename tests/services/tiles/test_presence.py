"""Presence: which artists are where on a canvas, across processes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aio_pika
import pytest

from services.tiles.live import presence, room
from services.tiles.live.presence import EXCHANGE, Announcement
from services.tiles.live.room import Participant
from tests.support.live import Socket, watching
from tests.support.parts import VirtualHost
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.waiting import PATIENCE, poll_until


@asynccontextmanager
async def present(
    tiles: TilesClient, canvas_id: int, artist: str
) -> AsyncIterator[tuple[Socket, dict[str, Any]]]:
    ticket = tiles.keys.ticket(account_id(artist), artist)
    async with watching(tiles, canvas_id, ticket=ticket) as greeted:
        yield greeted


async def next_change(socket: Socket) -> dict[str, list[dict[str, Any]]]:
    """Return the next presence message without its empty parts."""
    message = await socket.receive_json(timeout=PATIENCE)
    assert message.pop("type") == "presence", message
    assert set(message) == {"joined", "left", "moved"}
    return {kind: people for kind, people in message.items() if people}


async def silence(socket: Socket) -> None:
    """Check that no message is on its way to the socket: the pong comes first."""
    await asyncio.sleep(0.1)
    await socket.send_json({"type": "ping"})
    assert await socket.receive_json(timeout=PATIENCE) == {"type": "pong"}


def person(artist: str, tile: dict[str, int] | None = None, *, editing: bool = False) -> dict[str, Any]:
    return {"id": account_id(artist), "username": artist, "tile": tile, "editing": editing}


@pytest.fixture
async def processes(start_tiles: StartTiles, database_url: str, broker: VirtualHost) -> list[TilesClient]:
    return [await start_tiles(database_url, broker.url) for _ in range(2)]


async def test_joining_moving_and_leaving_is_shown_in_every_process(processes: list[TilesClient]) -> None:
    canvas = await processes[0].canvas()
    async with (
        watching(processes[0], canvas["id"]) as (near, _),
        watching(processes[1], canvas["id"]) as (far, _),
    ):
        async with present(processes[0], canvas["id"], "ann") as (ann, _):
            for socket in (near, far):
                assert await next_change(socket) == {"joined": [person("ann")]}
            await ann.send_json({"type": "presence", "tile": {"x": 2, "y": 1}, "editing": True})
            for socket in (near, far):
                assert await next_change(socket) == {"moved": [person("ann", {"x": 2, "y": 1}, editing=True)]}
            await ann.send_json({"type": "presence", "tile": None, "editing": False})
            for socket in (near, far):
                assert await next_change(socket) == {"moved": [person("ann")]}
        for socket in (near, far):
            assert await next_change(socket) == {"left": [person("ann")]}


@pytest.mark.parametrize("where", [0, 1])
async def test_hello_lists_the_artists_of_every_process(processes: list[TilesClient], where: int) -> None:
    canvas = await processes[0].canvas()
    async with present(processes[0], canvas["id"], "ann") as (ann, alone):
        assert alone["presence"] == []
        async with watching(processes[0], canvas["id"]) as (watch, hello):
            assert hello["presence"] == [person("ann")]
            await ann.send_json({"type": "presence", "tile": {"x": 0, "y": 3}, "editing": False})
            await next_change(watch)

        async def listed() -> Any:
            async with watching(processes[where], canvas["id"]) as (_, late):
                return late["presence"]

        there = [person("ann", {"x": 0, "y": 3})]
        assert await poll_until(listed, there) == there


async def test_guests_are_not_listed_and_may_not_send_moves(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas()
    async with present(live_tiles, canvas["id"], "ann") as (ann, _):
        async with watching(live_tiles, canvas["id"]) as (guest, hello):
            assert hello["presence"] == [person("ann")]
            await guest.send_json({"type": "presence", "tile": None, "editing": False})
            assert (await guest.receive_json(timeout=PATIENCE))["code"] == "not_authenticated"
        await silence(ann)


async def test_an_artist_with_two_sockets_is_one_person_until_both_are_closed(
    processes: list[TilesClient],
) -> None:
    canvas = await processes[0].canvas()
    async with watching(processes[1], canvas["id"]) as (watch, _):
        async with present(processes[0], canvas["id"], "ann"):
            assert await next_change(watch) == {"joined": [person("ann")]}
            async with present(processes[1], canvas["id"], "ann") as (second, _):
                await second.send_json({"type": "presence", "tile": {"x": 1, "y": 1}, "editing": False})
                assert await next_change(watch) == {"moved": [person("ann", {"x": 1, "y": 1})]}
            assert await next_change(watch) == {"moved": [person("ann")]}
        assert await next_change(watch) == {"left": [person("ann")]}


async def test_moves_of_one_tick_are_sent_together(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas()
    async with (
        present(live_tiles, canvas["id"], "ann") as (ann, _),
        watching(live_tiles, canvas["id"]) as (watch, _),
    ):
        for x in (0, 1, 2, 3):
            await ann.send_json({"type": "presence", "tile": {"x": x, "y": 0}, "editing": False})
        seen = [await next_change(watch)]
        while seen[-1]["moved"][0]["tile"]["x"] != 3:
            seen.append(await next_change(watch))
        assert len(seen) < 4
        await silence(ann)


@pytest.mark.parametrize(
    "message",
    [
        {"tile": {"x": -1, "y": 0}, "editing": True},
        {"tile": {"x": 512, "y": 0}, "editing": True},
        {"tile": {"x": "1", "y": 0}, "editing": True},
        {"tile": {"x": 1}, "editing": True},
        {"tile": [1, 2], "editing": True},
        {"tile": None, "editing": "yes"},
        {"editing": True},
    ],
)
async def test_an_invalid_presence_message_is_refused(
    live_tiles: TilesClient, message: dict[str, Any]
) -> None:
    canvas = await live_tiles.canvas()
    async with present(live_tiles, canvas["id"], "ann") as (ann, _):
        await ann.send_json({"type": "presence", **message})
        assert (await ann.receive_json(timeout=PATIENCE))["code"] == "invalid"


async def test_too_many_moves_are_refused_with_a_time_to_retry(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas()
    async with present(live_tiles, canvas["id"], "ann") as (ann, _):
        for x in range(60):
            await ann.send_json({"type": "presence", "tile": {"x": x, "y": 0}, "editing": False})
        refused = await ann.receive_json(timeout=PATIENCE)
        assert (refused["code"], refused["retry_after"]) == ("rate_limited", 0.05)


async def test_artists_of_a_killed_process_vanish(
    live_tiles: TilesClient, broker: VirtualHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "EXPIRY_SECONDS", 1.0)
    canvas = await live_tiles.canvas()
    async with watching(live_tiles, canvas["id"]) as (watch, _):
        await _announce_once(broker, canvas["id"], "ann")
        assert await next_change(watch) == {"joined": [person("ann")]}
        assert await next_change(watch) == {"left": [person("ann")]}


async def _announce_once(broker: VirtualHost, canvas_id: int, artist: str) -> None:
    """Publish what a process publishes before it is killed, once somebody listens, and nothing more."""
    said = Announcement(
        process=uuid.uuid4().hex,
        canvas_id=canvas_id,
        people=[Participant(id=account_id(artist), username=artist, moved_at=0)],
    )
    message = aio_pika.Message(said.model_dump_json().encode())
    connection = await aio_pika.connect(broker.url)
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)

        async def is_delivered() -> bool:
            try:
                await exchange.publish(message, str(canvas_id))
            except aio_pika.exceptions.DeliveryError:
                return False  # the process has not bound its queue yet
            return True

        assert await poll_until(is_delivered, True)


@pytest.mark.slow
async def test_artists_of_a_running_process_stay(
    processes: list[TilesClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "EXPIRY_SECONDS", 4.0)
    monkeypatch.setattr(presence, "HEARTBEAT_SECONDS", 0.2)
    canvas = await processes[0].canvas()
    async with (
        present(processes[0], canvas["id"], "ann"),
        watching(processes[1], canvas["id"]) as (watch, hello),
    ):
        if not hello["presence"]:
            assert await next_change(watch) == {"joined": [person("ann")]}
        await asyncio.sleep(4.5)
        await silence(watch)


async def test_artists_are_shown_again_after_a_broker_outage(
    start_tiles: StartTiles, database_url: str, private_broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "EXPIRY_SECONDS", 2.0)
    near, far = [await start_tiles(database_url, private_broker.url) for _ in range(2)]
    canvas = await near.canvas()
    async with present(near, canvas["id"], "ann") as (ann, _), watching(far, canvas["id"]) as (watch, hello):
        if not hello["presence"]:
            assert await next_change(watch) == {"joined": [person("ann")]}
        await asyncio.to_thread(private_broker.stop)
        assert await next_change(watch) == {"left": [person("ann")]}
        await silence(ann)
        await asyncio.to_thread(private_broker.start)
        assert await next_change(watch) == {"joined": [person("ann")]}
