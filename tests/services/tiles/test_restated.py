"""What tiles says again of its work, and what it learns of artists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.tiles.consumed import HANDLERS
from services.tiles.restating import read_canvases, read_deleted_tiles, read_tiles
from shared.db import Database
from shared.messaging.contracts import AccountRestated, AccountSuspended, ProfileUpdated
from shared.messaging.restating import ReadSlice
from tests.support.messaging import apply, sql
from tests.support.tiles import TilesClient, account_id, painted


@pytest.fixture
async def db(tiles: TilesClient) -> AsyncIterator[Database]:
    database = Database(tiles.database_url, application="test")
    yield database
    await database.close()


async def read(db: Database, kind: ReadSlice) -> list[dict[str, Any]]:
    """What the messages of the first slice say."""
    async with db.connection() as conn:
        found = await kind(conn, -1)
    return [one for event in found.events for one in next(iter(event.model_dump(exclude=ENVELOPE).values()))]


ENVELOPE = {"occurred_at", "traceparent"}


async def artist(tiles: TilesClient, number: int) -> Any:
    return await sql(
        tiles.database_url,
        f"SELECT jsonb_build_array(username, display_name, status) FROM artists WHERE id = {number}",
    )


async def test_a_tile_has_the_number_of_the_last_change_of_its_canvas(
    tiles: TilesClient, db: Database
) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], 1, 2)
    for number in (1, 2):
        body = {"pixels": painted(number)}
        assert (await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json=body)).status == 200
    assert (await tiles.call("bob", "POST", f"/tiles/{tile['id']}/like")).status < 300
    [found] = await read(db, read_tiles)
    [its_canvas] = await read(db, read_canvases)
    assert its_canvas["seq"] == found["seq"] == 5
    assert (found["creator_id"], found["like_count"], found["x"], found["y"]) == (account_id("ann"), 1, 1, 2)


async def test_a_deleted_tile_is_said_to_be_deleted_once(tiles: TilesClient, db: Database) -> None:
    canvas = await tiles.canvas()
    kept, gone = [await tiles.tile("ann", canvas["id"], x) for x in (0, 1)]
    assert (await tiles.call("ann", "DELETE", f"/tiles/{gone['id']}")).status == 204
    assert [one["tile_id"] for one in await read(db, read_tiles)] == [kept["id"]]
    assert await read(db, read_deleted_tiles) == [{"tile_id": gone["id"], "seq": 4}]


async def test_a_deleted_canvas_is_said_to_be_deleted(tiles: TilesClient, db: Database) -> None:
    canvas = await tiles.canvas("ann")
    assert (await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}")).status == 204
    [found] = await read(db, read_canvases)
    assert (found["canvas_id"], found["is_deleted"]) == (canvas["id"], True)


RESTATED = AccountRestated(
    account_id=7,
    username="ann",
    registered_at=datetime(2024, 2, 29, tzinfo=UTC),
    status="active",
    roles=[],
    is_verified=True,
    version=3,
)


async def test_an_artist_who_was_missed_is_known_then(tiles: TilesClient, db: Database) -> None:
    await apply(db, HANDLERS, RESTATED)
    assert await artist(tiles, 7) == ["ann", None, "active"]


async def test_a_name_chosen_at_the_registration_is_learnt_from_the_profile(
    tiles: TilesClient, db: Database
) -> None:
    profile = ProfileUpdated(
        account_id=7, username="ann", display_name="Ann", avatar_color="#000000", version=0
    )
    await apply(db, HANDLERS, RESTATED, profile)
    assert await artist(tiles, 7) == ["ann", "Ann", "active"]


async def test_a_missed_suspension_counts_and_a_newer_one_stays(tiles: TilesClient, db: Database) -> None:
    await apply(db, HANDLERS, RESTATED.model_copy(update={"status": "suspended"}))
    assert (await artist(tiles, 7))[2] == "suspended"
    newer = AccountSuspended(account_id=7, actor_id=1, reason="spam", version=5)
    await apply(db, HANDLERS, newer, RESTATED.model_copy(update={"version": 4}))
    assert (await artist(tiles, 7))[2] == "suspended"


async def test_a_missed_deletion_removes_the_name(tiles: TilesClient, db: Database) -> None:
    await apply(db, HANDLERS, RESTATED, RESTATED.model_copy(update={"status": "deleted", "version": 4}))
    assert await artist(tiles, 7) == ["_deleted", "deleted artist", "deleted"]
