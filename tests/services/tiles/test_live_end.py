"""When viewers lose access to a canvas: they get the event, and their sockets close, in every process."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import psycopg2
import pytest
from aiohttp import WSMsgType
from sqlalchemy import text

from services.tiles.canvases.journal import prune
from shared.db import Database
from tests.support.live import Socket, events, settle, watching
from tests.support.parts import VirtualHost
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.waiting import PATIENCE


async def closing_code(socket: Socket) -> tuple[int, str]:
    message = await socket.receive(timeout=PATIENCE)
    assert message.type is WSMsgType.CLOSE, message
    return message.data, str(message.extra)


def ticket_of(tiles: TilesClient, artist: str, *roles: str) -> dict[str, Any]:
    return {"ticket": tiles.keys.ticket(account_id(artist), artist, roles)}


async def test_viewers_of_a_deleted_canvas_are_disconnected_in_every_process(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    processes = [await start_tiles(database_url, broker.url) for _ in range(2)]
    canvas = await processes[0].canvas("ann")
    async with AsyncExitStack() as stack:
        sockets = [
            (await stack.enter_async_context(watching(process, canvas["id"])))[0] for process in processes
        ]
        for socket in sockets:
            await settle(socket)
        await processes[0].call("ann", "DELETE", f"/canvases/{canvas['id']}")
        for socket in sockets:
            (event,) = await events(socket, 1)
            assert event == {"seq": 2, "kind": "canvas.deleted"}
            assert await closing_code(socket) == (4404, "canvas_not_found")


async def test_a_canvas_made_private_keeps_only_viewers_who_may_see_it(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    writer, other = await start_tiles(database_url, broker.url), await start_tiles(database_url, broker.url)
    canvas = await writer.canvas("ann")
    stay = [ticket_of(other, "ann"), ticket_of(other, "mod", "moderator")]
    leave = [{}, ticket_of(other, "bob")]
    async with AsyncExitStack() as stack:
        staying, leaving = [
            [(await stack.enter_async_context(watching(other, canvas["id"], **who)))[0] for who in group]
            for group in (stay, leave)
        ]
        for socket in (*staying, *leaving):
            await settle(socket)
        await writer.call("ann", "PATCH", f"/canvases/{canvas['id']}", json={"is_public": False})
        await writer.tile("ann", canvas["id"])
        for socket in leaving:
            (event,) = await _changes(socket, 1)
            assert (event["kind"], event["canvas"]["is_public"]) == ("canvas.updated", False)
            assert (await closing_code(socket))[0] == 4404
        for socket in staying:
            assert [event["seq"] for event in await _changes(socket, 2)] == [2, 3]


async def test_a_renamed_canvas_keeps_its_viewers(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas("ann")
    async with watching(live_tiles, canvas["id"]) as (socket, _):
        await live_tiles.call("ann", "PATCH", f"/canvases/{canvas['id']}", json={"name": "Renamed"})
        assert (await events(socket, 1))[0]["canvas"]["name"] == "Renamed"
        await settle(socket)


async def test_resuming_before_the_oldest_kept_event_gets_a_resync(
    live_tiles: TilesClient, database_url: str
) -> None:
    canvas = await live_tiles.canvas("ann")
    for x in range(4):
        await live_tiles.tile("ann", canvas["id"], x)
    database = Database(database_url, application="housekeeping of a test")
    async with database.connection() as conn:
        await conn.execute(text("UPDATE canvas_events SET occurred_at = now() - interval '2 days'"))
        assert await prune(conn, older_than_seconds=86400, newest=2) == 3
    await database.close()
    async with watching(live_tiles, canvas["id"], since=2) as (socket, _):
        assert await socket.receive_json(timeout=PATIENCE) == {"type": "resync"}
    async with watching(live_tiles, canvas["id"], since=3) as (socket, _):
        assert [event["seq"] for event in await events(socket, 2)] == [4, 5]


async def _changes(socket: Socket, count: int) -> list[dict[str, Any]]:
    """Return the next events, skipping presence messages."""
    received: list[dict[str, Any]] = []
    while len(received) < count:
        message = await socket.receive_json(timeout=PATIENCE)
        received += message.get("events", [])
    return received


@pytest.mark.real_limits
async def test_a_viewer_that_the_database_cannot_bring_up_to_date_is_closed(
    tiles: TilesClient,
) -> None:
    canvas = await tiles.canvas("ann")
    connection = psycopg2.connect(tiles.database_url)
    try:
        connection.cursor().execute("LOCK TABLE canvas_events")
        path = f"/api/v1/ws/canvas/{canvas['id']}"
        async with tiles.client.ws_connect(path, params={"since": "0"}) as socket:
            assert (await socket.receive_json(timeout=PATIENCE))["type"] == "hello"
            assert await closing_code(socket) == (1013, "postgres_unavailable; resume with since")
    finally:
        connection.close()
