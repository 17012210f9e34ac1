"""Canvases of artists who left: kept, deleted, or offered to an heir, as they wanted, and once."""

from __future__ import annotations

import asyncio
from typing import Any

from services.tiles.canvases.journal import Journal
from services.tiles.consumed import HANDLERS
from services.tiles.departures.service import Departures
from shared.db import Database
from shared.messaging.contracts import AccountDeleted
from shared.messaging.outbox import Outbox
from tests.support.messaging import apply, sql
from tests.support.tiles import TilesClient, account_id, journal_of
from tests.support.users import list_outbox

TO_BOB = {"canvases": "transfer", "heir_id": account_id("bob"), "heir_username": "bob"}


def left(artist: str, **fields: Any) -> AccountDeleted:
    return AccountDeleted(account_id=account_id(artist), version=9, **fields)


async def sweep(db: Database) -> None:
    journal = Journal(db, Outbox(db, producer="tiles"), lambda canvas_id, views: None)
    await Departures(db, journal, Outbox(db, producer="tiles")).sweep()


async def owner_of(tiles: TilesClient, canvas: dict[str, Any]) -> str:
    response = await tiles.call("owner", "GET", f"/canvases/{canvas['id']}", roles=("moderator",))
    return str((await response.json())["owner"]["username"]) if response.status == 200 else "nobody"


async def test_canvases_stay_where_their_owner_said_nothing_else(tiles: TilesClient, db: Database) -> None:
    canvas = await tiles.canvas("ann")
    await apply(db, HANDLERS, left("ann"))
    await sweep(db)
    assert await owner_of(tiles, canvas) == "_deleted"


async def test_canvases_are_deleted_with_their_owner(tiles: TilesClient, db: Database) -> None:
    own, other = await tiles.canvas("ann"), await tiles.canvas("bob")
    await apply(db, HANDLERS, left("ann", canvases="delete"))
    await sweep(db)
    assert (await owner_of(tiles, own), await owner_of(tiles, other)) == ("nobody", "bob")
    assert [event["kind"] for event in await journal_of(tiles.database_url, own["id"])][
        -1
    ] == "canvas.deleted"


async def offers_to(tiles: TilesClient, artist: str) -> set[int]:
    return {
        one["canvas_id"]
        for one in (await (await tiles.call(artist, "GET", "/canvases/offers")).json())["items"]
    }


async def test_canvases_are_offered_to_the_heir_who_owns_those_they_accept(
    tiles: TilesClient, db: Database
) -> None:
    accepted, declined = await tiles.canvas("ann", is_public=False), await tiles.canvas("ann")
    await apply(db, HANDLERS, left("ann", **TO_BOB))
    await sweep(db)
    assert await owner_of(tiles, accepted) == "_deleted"
    assert await offers_to(tiles, "bob") == {accepted["id"], declined["id"]}
    path = f"/canvases/{accepted['id']}"
    assert (await tiles.call("bob", "POST", f"{path}/owner/accept")).status == 200
    assert (await tiles.call("bob", "PATCH", path, json={"name": "Bob's wall"})).status == 200
    assert (await tiles.call("bob", "DELETE", f"/canvases/{declined['id']}/owner/offer")).status == 204
    await sweep(db)
    assert await offers_to(tiles, "bob") == set()
    assert await owner_of(tiles, declined) == "_deleted"


async def test_what_is_said_twice_and_done_by_eight_workers_happens_once(
    tiles: TilesClient, db: Database
) -> None:
    canvases = [await tiles.canvas("ann") for _ in range(3)]
    await apply(db, HANDLERS, left("ann", **TO_BOB), left("ann", **TO_BOB))
    await asyncio.gather(*(sweep(db) for _ in range(8)))
    offered = [one["data"]["canvas_id"] for one in await list_outbox(db) if one["type"] == "canvas.offered"]
    assert sorted(offered) == sorted(canvas["id"] for canvas in canvases)


async def test_a_canvas_that_was_made_by_a_token_not_yet_revoked_is_offered_as_well(
    tiles: TilesClient, db: Database
) -> None:
    await tiles.canvas("ann")
    await apply(db, HANDLERS, left("ann", **TO_BOB))
    await sweep(db)
    late = await tiles.canvas("ann")
    await sweep(db)
    assert late["id"] in await offers_to(tiles, "bob")


async def test_canvases_stay_if_the_heir_has_left_as_well(tiles: TilesClient, db: Database) -> None:
    canvas = await tiles.canvas("ann")
    await apply(db, HANDLERS, left("ann", **TO_BOB), left("bob", canvases="delete"))
    await sweep(db)
    assert await owner_of(tiles, canvas) == "_deleted"


async def test_departures_are_forgotten_after_an_hour(tiles: TilesClient, db: Database) -> None:
    await apply(db, HANDLERS, left("ann", canvases="delete"))
    await sql(tiles.database_url, "UPDATE departures SET departed_at = now() - interval '61 minutes'")
    await sweep(db)
    assert await sql(tiles.database_url, "SELECT count(*) FROM departures") == 0
