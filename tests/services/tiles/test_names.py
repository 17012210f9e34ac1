"""Names of artists who left are removed from the journal, which keeps changes as they were seen."""

from __future__ import annotations

from typing import Any

import pytest

from services.tiles.consumed import HANDLERS
from services.tiles.departures import names
from services.tiles.departures.names import NameRemoval
from shared.db import Database
from shared.messaging.contracts import AccountDeleted
from tests.support.messaging import sql
from tests.support.tiles import TilesClient, account_id, painted

LEFT = AccountDeleted(account_id=account_id("ann"), version=9)


async def leave(db: Database) -> None:
    async with db.transaction() as conn:
        await HANDLERS[AccountDeleted](conn, LEFT)


async def journal_of(tiles: TilesClient, canvas: dict[str, Any]) -> list[dict[str, Any]]:
    response = await tiles.call("bob", "GET", f"/canvases/{canvas['id']}/events", params={"after": 0})
    events: list[dict[str, Any]] = (await response.json())["items"]
    return events


async def kept(tiles: TilesClient) -> str:
    """What is stored of all changes."""
    return str(await sql(tiles.database_url, "SELECT string_agg(CAST(event AS text), '') FROM canvas_events"))


async def painted_by_both(tiles: TilesClient) -> dict[str, Any]:
    """A canvas of ann's with a tile of hers, which she has locked, and one of bob's."""
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(3))
    await tiles.tile("bob", canvas["id"], 1, 0, pixels=painted(4))
    locked = await tiles.call("ann", "POST", f"/tiles/{tile['id']}/lock")
    assert locked.status == 201, await locked.text()
    return canvas


async def test_the_journal_shows_a_deleted_artist_as_everything_else_does(
    tiles: TilesClient, db: Database
) -> None:
    canvas = await painted_by_both(tiles)
    before = await journal_of(tiles, canvas)
    assert '"username":"ann"' in await kept(tiles)

    await leave(db)
    await NameRemoval(db).sweep()

    after = await journal_of(tiles, canvas)
    assert '"ann"' not in await kept(tiles)
    shown = {"id": account_id("ann"), "username": "_deleted", "display_name": "deleted artist"}
    assert after[0]["canvas"]["owner"] == shown
    assert [event["seq"] for event in after] == [event["seq"] for event in before]
    assert [event["kind"] for event in after] == [event["kind"] for event in before]


async def test_names_of_other_artists_stay(tiles: TilesClient, db: Database) -> None:
    await painted_by_both(tiles)
    of_bob = (await kept(tiles)).count('"username":"bob"')

    await leave(db)
    await NameRemoval(db).sweep()

    assert (await kept(tiles)).count('"username":"bob"') == of_bob > 0


async def test_a_text_that_looks_like_an_artist_is_left_as_it_is(tiles: TilesClient, db: Database) -> None:
    name = f'"id":{account_id("ann")},"username":"ann","display_name":"ann"'
    canvas = await tiles.canvas("bob", name=name)

    await leave(db)
    await NameRemoval(db).sweep()

    assert (await journal_of(tiles, canvas))[0]["canvas"]["name"] == name


async def test_a_long_journal_of_many_canvases_is_rewritten_in_slices(
    tiles: TilesClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "SLICE", 2)
    for _ in range(3):
        await painted_by_both(tiles)

    await leave(db)
    await NameRemoval(db).sweep()

    assert '"ann"' not in await kept(tiles)


async def test_a_name_that_was_shown_late_is_removed_as_well_and_then_no_longer_looked_for(
    tiles: TilesClient, db: Database
) -> None:
    await leave(db)
    await NameRemoval(db).sweep()
    await painted_by_both(tiles)
    await sql(
        tiles.database_url,
        f"""UPDATE canvas_events SET event = CAST(replace(CAST(event AS text),
        '"username":"_deleted","display_name":"deleted artist"', '"username":"ann","display_name":"Ann"')
        AS json) WHERE CAST(event AS text) LIKE '%"id":{account_id("ann")},%' RETURNING 1""",
    )
    await NameRemoval(db).sweep()
    assert '"username":"ann"' in await kept(tiles)

    await sql(tiles.database_url, "UPDATE names_to_remove SET due_at = now() RETURNING 1")
    await NameRemoval(db).sweep()

    assert '"username":"ann"' not in await kept(tiles)
    assert await sql(tiles.database_url, "SELECT count(*) FROM names_to_remove") == 0
