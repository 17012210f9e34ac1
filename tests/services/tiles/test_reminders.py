"""Reminders: services are told once of what ends soon, and of canvases that open and close."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.tiles.reminders import service
from services.tiles.reminders.service import Reminders
from services.tiles.settings import TilesSettings
from shared.db import Database
from shared.messaging.outbox import Outbox
from tests.support.messaging import sql
from tests.support.tiles import BLANK, TilesClient, account_id
from tests.support.users import NO_BROKER, list_outbox


@pytest.fixture
async def connected(tiles: TilesClient) -> AsyncIterator[Database]:
    database = Database(tiles.database_url, application="worker of a test")
    yield database
    await database.close()


@pytest.fixture
def reminders(tiles: TilesClient, connected: Database) -> Reminders:
    settings = TilesSettings(
        instance="test", database_url=tiles.database_url, broker_url=NO_BROKER, jwks_url="http://localhost"
    )
    return Reminders(connected, Outbox(connected, producer="tiles"), settings)


async def told(database: Database, kind: str) -> list[dict[str, Any]]:
    return [one["data"] for one in await list_outbox(database) if one["type"] == kind]


async def locked_tile(tiles: TilesClient) -> int:
    canvas = await tiles.canvas("owner")
    tile = await tiles.tile("ann", canvas["id"], pixels=BLANK)
    assert (await tiles.call("ann", "POST", f"/tiles/{tile['id']}/lock")).status == 201
    return int(tile["id"])


@pytest.mark.parametrize("table", ["locks", "areas"])
async def test_the_holder_is_reminded_once_of_a_claim_that_ends_soon(
    tiles: TilesClient, connected: Database, reminders: Reminders, table: str
) -> None:
    if table == "locks":
        await locked_tile(tiles)
    else:
        canvas = await tiles.canvas("owner", collaboration_mode="area-lock")
        area = {"x": 0, "y": 0, "columns": 1, "rows": 1}
        await tiles.call("ann", "POST", f"/canvases/{canvas['id']}/areas", json=area)
    await reminders.sweep()
    assert await told(connected, "claim.ending") == []
    await sql(tiles.database_url, f"UPDATE {table} SET expires_at = now() + interval '1 minute'")
    await asyncio.gather(*(reminders.sweep() for _ in range(4)))
    await reminders.sweep()
    (reminder,) = await told(connected, "claim.ending")
    assert (reminder["holder_id"], reminder["claim"]) == (account_id("ann"), table.removesuffix("s"))


async def test_a_lock_that_was_renewed_is_reminded_of_again(
    tiles: TilesClient, connected: Database, reminders: Reminders
) -> None:
    tile_id = await locked_tile(tiles)
    for _ in range(2):
        await sql(tiles.database_url, "UPDATE locks SET expires_at = now() + interval '1 minute'")
        await reminders.sweep()
        assert (await tiles.call("ann", "PUT", f"/tiles/{tile_id}/lock")).status == 200
    assert len(await told(connected, "claim.ending")) == 2


async def test_a_claim_that_has_ended_is_not_reminded_of(
    tiles: TilesClient, connected: Database, reminders: Reminders
) -> None:
    await locked_tile(tiles)
    await sql(tiles.database_url, "UPDATE locks SET expires_at = now() - interval '1 second'")
    await reminders.sweep()
    assert await told(connected, "claim.ending") == []


async def place_canvas(tiles: TilesClient, column: str) -> int:
    """Make a canvas two days old, whose moment was a minute ago."""
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    await sql(
        tiles.database_url,
        f"UPDATE canvases SET created_at = now() - interval '2 days', {column} = now() - interval '1 minute'"
        f" WHERE id = {canvas['id']}",
    )
    return int(canvas["id"])


@pytest.mark.parametrize(("column", "kind"), [("starts_at", "canvas.opened"), ("ends_at", "canvas.closed")])
async def test_those_who_take_part_are_told_once_that_a_canvas_opens_or_closes(
    tiles: TilesClient, connected: Database, reminders: Reminders, column: str, kind: str
) -> None:
    canvas_id = await place_canvas(tiles, column)
    await tiles.canvas("bob")  # so that the account is known
    path = f"/canvases/{canvas_id}/members/{account_id('bob')}"
    assert (await tiles.call("owner", "PUT", path, json={"role": "viewer"})).status == 204
    await asyncio.gather(*(reminders.sweep() for _ in range(4)))
    await reminders.sweep()
    (event,) = await told(connected, kind)
    assert event["canvas_id"] == canvas_id
    assert set(event["account_ids"]) == {account_id("owner"), account_id("bob")}


async def test_a_moment_that_moves_is_told_of_once_an_hour(
    tiles: TilesClient, connected: Database, reminders: Reminders
) -> None:
    await place_canvas(tiles, "starts_at")
    for _ in range(3):
        await reminders.sweep()
        await sql(tiles.database_url, "UPDATE canvases SET starts_at = starts_at + interval '1 second'")
    assert len(await told(connected, "canvas.opened")) == 1


async def test_a_large_audience_is_told_in_several_messages(
    tiles: TilesClient, connected: Database, reminders: Reminders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LARGEST_AUDIENCE", 2)
    canvas_id = await place_canvas(tiles, "ends_at")
    names = ["ann", "bob", "cat"]
    for name in names:
        await tiles.canvas(name)  # so that the account is known
        path = f"/canvases/{canvas_id}/members/{account_id(name)}"
        await tiles.call("owner", "PUT", path, json={"role": "painter"})
    await reminders.sweep()
    parts = [event["account_ids"] for event in await told(connected, "canvas.closed")]
    assert sorted(map(len, parts)) == [2, 2]
    assert {one for part in parts for one in part} == {account_id(one) for one in ("owner", *names)}
