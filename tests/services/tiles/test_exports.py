"""What tiles adds to an export: the artist's own work, drafts included, and nothing of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.tiles.consumed import HANDLERS
from services.tiles.exports import FILES
from shared.db import Database
from shared.messaging.contracts import AccountDeleted, ExportRequested
from tests.support.exports import export, gather
from tests.support.messaging import apply
from tests.support.tiles import TilesClient, account_id, painted


@pytest.fixture
async def db(tiles: TilesClient) -> AsyncIterator[Database]:
    database = Database(tiles.database_url, application="worker of a test")
    yield database
    await database.close()


async def export_of(db: Database, artist: str) -> dict[str, list[dict[str, Any]]]:
    return await export(db, "tiles", FILES, account_id(artist))


async def test_an_export_has_the_pixels_of_the_artists_tiles_and_the_palette(
    tiles: TilesClient, db: Database
) -> None:
    canvas = await tiles.canvas()
    own = await tiles.tile("ann", canvas["id"], pixels=painted(3), title="A door", is_public=False)
    await tiles.tile("bob", canvas["id"], 1, pixels=painted(4))
    [found] = (await export_of(db, "ann"))["pictures/tiles.jsonl"]
    assert (found["id"], found["title"], found["pixels"]) == (own["id"], "A door", painted(3))
    assert found["palette"] == canvas["palette"]


async def test_an_export_has_the_canvases_that_the_artist_owns_and_did_not_delete(
    tiles: TilesClient, db: Database
) -> None:
    kept, gone = [await tiles.canvas("ann", is_public=False) for _ in range(2)]
    await tiles.canvas("bob")
    assert (await tiles.call("ann", "DELETE", f"/canvases/{gone['id']}")).status == 204
    assert [one["id"] for one in (await export_of(db, "ann"))["pictures/canvases.jsonl"]] == [kept["id"]]


async def test_an_export_has_every_change_and_like_of_the_artist(tiles: TilesClient, db: Database) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"])
    body = {"pixels": painted(2)}
    assert (await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json=body)).status == 200
    assert (await tiles.call("bob", "POST", f"/tiles/{tile['id']}/like")).status < 300
    of_ann, of_bob = await export_of(db, "ann"), await export_of(db, "bob")
    assert [one["kind"] for one in of_ann["pictures/changes.jsonl"]] == ["created", "painted"]
    assert [one["tile_id"] for one in of_bob["pictures/likes.jsonl"]] == [tile["id"]]
    assert of_ann["pictures/likes.jsonl"] == of_bob["pictures/changes.jsonl"] == []


async def test_an_export_that_is_requested_begins_and_ends_with_the_account(
    tiles: TilesClient, db: Database
) -> None:
    requested = ExportRequested(export_id=4, account_id=account_id("ann"))
    left = AccountDeleted(account_id=account_id("ann"), version=3)
    await apply(db, HANDLERS, requested, left)
    assert await gather(db, "tiles", FILES) == []
