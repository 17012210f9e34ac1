"""Cursors: where artists point, shown to all viewers of a canvas in every process, and kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.live import Socket, batch, watching
from tests.support.parts import VirtualHost
from tests.support.tiles import StartTiles, TilesClient, account_id
from tests.support.waiting import PATIENCE


async def next_cursors(socket: Socket) -> list[dict[str, Any]]:
    """Return the cursors of the next message that has some."""
    while (message := await socket.receive_json(timeout=PATIENCE))["type"] != "cursors":
        assert message["type"] == "presence", message
    return list(message["cursors"])


async def test_where_an_artist_points_is_shown_in_every_process(
    start_tiles: StartTiles, database_url: str, broker: VirtualHost
) -> None:
    near, far = [await start_tiles(database_url, broker.url) for _ in range(2)]
    canvas = await near.canvas()
    ticket = near.keys.ticket(account_id("ann"), "ann")
    async with (
        watching(near, canvas["id"]) as (here, _),
        watching(far, canvas["id"]) as (there, _),
        watching(near, canvas["id"], ticket=ticket) as (ann, _),
    ):
        # Both have heard of her, so the processes are connected.
        assert [(await socket.receive_json(timeout=PATIENCE))["type"] for socket in (here, there)] == [
            "presence", "presence"
        ]  # fmt: skip
        await ann.send_json({"type": "point", "at": [3.14159, 20], "view": [0, 0, 64, 48]})
        for socket in (here, there):
            assert await next_cursors(socket) == [
                {"id": account_id("ann"), "at": [3.1, 20.0], "view": [0.0, 0.0, 64.0, 48.0]}
            ]
        await ann.send_json({"type": "point", "at": None})
        for socket in (here, there):
            assert await next_cursors(socket) == [{"id": account_id("ann"), "at": None}]


async def test_a_guest_cannot_point(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    async with watching(tiles, canvas["id"]) as (guest, _):
        await guest.send_json({"type": "point", "at": [1, 2]})
        assert (await guest.receive_json(timeout=PATIENCE))["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "point", [{}, {"at": [1]}, {"at": ["1", 2]}, {"at": [1, 1e9]}, {"at": [1, 2], "view": [1, 2, 3]}]
)
async def test_a_point_that_is_none_is_refused(tiles: TilesClient, point: dict[str, Any]) -> None:
    canvas = await tiles.canvas()
    ticket = tiles.keys.ticket(account_id("ann"), "ann")
    async with watching(tiles, canvas["id"], ticket=ticket) as (ann, _):
        await ann.send_json({"type": "point", **point})
        assert (await ann.receive_json(timeout=PATIENCE))["code"] == "invalid"


async def test_cursors_have_no_number_in_the_sequence_of_changes(live_tiles: TilesClient) -> None:
    canvas = await live_tiles.canvas()
    ticket = live_tiles.keys.ticket(account_id("ann"), "ann")
    async with (
        watching(live_tiles, canvas["id"], ticket=ticket) as (ann, hello),
        watching(live_tiles, canvas["id"]) as (guest, _),
    ):
        await ann.send_json({"type": "point", "at": [1, 2]})
        assert await next_cursors(guest)
        await live_tiles.tile("ann", canvas["id"])
        assert [event["seq"] for event in await batch(guest)] == [hello["seq"] + 1]
