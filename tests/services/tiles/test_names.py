"""Names of artists who left are removed from the journal, which keeps changes as they were seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.tiles.consumed import HANDLERS
from services.tiles.departures import names
from services.tiles.departures.names import NameRemoval
from shared.db import Database
from shared.messaging.contracts import AccountDeleted
from tests.support.messaging import apply, opened, sql
from tests.support.tiles import TilesClient, account_id, painted
from tests.support.waiting import eventually

LEFT = AccountDeleted(account_id=account_id("ann"), version=9)


async def leave(db: Database) -> None:
    await apply(db, HANDLERS, LEFT)


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


async def scans_of_the_journal(url: str) -> tuple[int, int]:
    """How often the journal was read by an index and from one end to the other."""
    scans = await sql(
        url, "SELECT ARRAY[idx_scan, seq_scan] FROM pg_stat_user_tables WHERE relname = 'canvas_events'"
    )
    return tuple(scans)


async def test_a_slice_is_found_by_the_index_once_the_journal_is_known_to_be_long(
    tiles: TilesClient, db: Database
) -> None:
    canvas = await painted_by_both(tiles)
    await sql(
        tiles.database_url,
        "INSERT INTO canvas_events (canvas_id, seq, event) SELECT canvas_id, 1000 + n, event"
        f" FROM canvas_events, generate_series(1, 10000) AS n WHERE canvas_id = {canvas['id']} AND seq = 2",
    )
    await sql(tiles.database_url, "ANALYZE canvas_events")
    await leave(db)
    async with opened(tiles.database_url) as worker:
        by_index, whole = await scans_of_the_journal(tiles.database_url)
        await NameRemoval(worker).sweep()

    async def are_counted() -> bool:
        return (await scans_of_the_journal(tiles.database_url))[0] >= by_index + 10_000

    await eventually(are_counted)
    assert (await scans_of_the_journal(tiles.database_url))[1] == whole
    assert '"ann"' not in await kept(tiles)


async def test_strokes_come_first_after_each_slice(
    tiles: TilesClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await painted_by_both(tiles)
    monkeypatch.setattr(names, "SLICE", 1)
    sleep, sweeping = asyncio.sleep, asyncio.current_task()
    pauses = []

    async def pause(seconds: float) -> None:
        if asyncio.current_task() is sweeping:
            pauses.append(seconds)
        else:
            await sleep(seconds)

    await leave(db)
    monkeypatch.setattr(asyncio, "sleep", pause)
    await NameRemoval(db).sweep()
    monkeypatch.undo()

    assert len(pauses) == await sql(tiles.database_url, "SELECT count(*) FROM canvas_events")
    assert min(pauses) > 0


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
