"""Canvases: changing, deleting, finding, counting and following them."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text

from services.tiles.canvases import store
from services.tiles.canvases.journal import prune
from services.tiles.canvases.rules import Sort
from shared.db import Database
from shared.db.statements import compile_statement
from tests.support.tiles import TilesClient, account_id, painted

MODERATOR: dict[str, Any] = {"roles": ("moderator",)}
DAY = 86400


async def items(
    tiles: TilesClient, path: str, artist: str | None = None, **params: Any
) -> list[dict[str, Any]]:
    response = await tiles.call(artist, "GET", path, params={k: str(v) for k, v in params.items()})
    assert response.status == 200, await response.text()
    found: list[dict[str, Any]] = (await response.json())["items"]
    return found


async def names(tiles: TilesClient, **params: Any) -> list[str]:
    """Return the names of all canvases in a list, read in slices of two."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        query = {"limit": "2", **{k: str(v) for k, v in params.items()}, **cursor}
        page = await (await tiles.call(None, "GET", "/canvases", params=query)).json()
        found += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def code(response: Any) -> tuple[int, str]:
    return response.status, (await response.json())["code"]


async def test_a_change_affects_only_the_fields_it_names(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", description="old")
    path = f"/canvases/{canvas['id']}"
    change = {
        "name": "Another wall",
        "max_tiles_per_user": 3,
        "collaboration_mode": "free",
        "paper_color": "#102030",
    }
    response = await tiles.call("ann", "PATCH", path, json=change)
    assert response.status == 200
    expected = {**canvas, **change}
    changed = await (await tiles.call(None, "GET", path)).json()
    assert {**changed, "updated_at": None} == {**expected, "updated_at": None}
    assert changed == await response.json()
    cleared = await (await tiles.call("ann", "PATCH", path, json={"description": None})).json()
    assert (cleared["name"], cleared["description"]) == ("Another wall", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"name": "ab"}, "name"),
        ({"name": None}, "name"),
        ({"max_tiles_per_user": 17}, "max_tiles_per_user"),
        ({"max_tiles_per_user": 0}, "max_tiles_per_user"),
        ({"collaboration_mode": "anarchy"}, "collaboration_mode"),
        ({"paper_color": "#fff"}, "paper_color"),
        ({"paper_color": None}, "paper_color"),
        ({"width": 128}, "width"),
        ({"tile_size": 32}, "tile_size"),
        ({"palette": "no-such"}, "palette"),
        ({"is_active": False}, "is_active"),
        ({"owner_id": 1}, "owner_id"),
    ],
)
async def test_a_change_that_breaks_a_rule_changes_nothing(
    tiles: TilesClient, change: dict[str, Any], field: str | None
) -> None:
    canvas = await tiles.canvas("ann")
    path = f"/canvases/{canvas['id']}"
    before = await (await tiles.call(None, "GET", path)).json()
    response = await tiles.call("ann", "PATCH", path, json=change)
    assert response.status == 422
    assert field is None or field in (await response.json())["errors"][0]["loc"]
    assert await (await tiles.call(None, "GET", path)).json() == before


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"name": "Mine now"}), ("DELETE", None)])
async def test_only_the_owner_or_a_moderator_changes_or_deletes_a_canvas(
    tiles: TilesClient, method: str, body: dict[str, Any] | None
) -> None:
    path = f"/canvases/{(await tiles.canvas('ann'))['id']}"
    assert (await tiles.call(None, method, path, json=body)).status == 401
    assert await code(await tiles.call("bob", method, path, json=body)) == (403, "not_canvas_owner")
    assert (await tiles.call("mod", method, path, json=body, **MODERATOR)).status < 300
    private = f"/canvases/{(await tiles.canvas('ann', is_public=False))['id']}"
    assert await code(await tiles.call("bob", method, private, json=body)) == (404, "canvas_not_found")
    assert (await tiles.call("ann", method, private, json=body)).status < 300


async def test_a_deleted_canvas_exists_for_no_one(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    tile = await tiles.tile("ann", canvas["id"])
    path = f"/canvases/{canvas['id']}"
    response = await tiles.call("ann", "DELETE", path)
    assert (response.status, await response.read()) == (204, b"")
    for gone in (
        path, f"{path}.png", f"{path}/stats", f"{path}/region", f"{path}/events?after=0",
        f"/tiles/{tile['id']}", f"/tiles/canvas/{canvas['id']}",
    ):  # fmt: skip
        assert (await tiles.call("ann", "GET", gone)).status == 404, gone
    assert (await tiles.call("ann", "DELETE", path)).status == 404
    assert (await tiles.call("ann", "PATCH", path, json={"name": "Back again"})).status == 404
    assert await items(tiles, "/canvases", "ann") == []
    put = await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(1)})
    assert put.status == 404


async def test_a_canvas_made_private_is_hidden_from_others_at_once(tiles: TilesClient) -> None:
    path = f"/canvases/{(await tiles.canvas('ann'))['id']}"
    assert (await tiles.call("ann", "PATCH", path, json={"is_public": False})).status == 200
    assert (await tiles.call("bob", "GET", path)).status == 404
    assert (await tiles.call("ann", "PATCH", path, json={"is_public": True})).status == 200
    assert (await tiles.call("bob", "GET", path)).status == 200


async def test_a_stale_change_of_a_canvas_is_refused(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    path = f"/canvases/{canvas['id']}"
    tag = (await tiles.call("ann", "GET", path)).headers["ETag"]
    await tiles.tile("bob", canvas["id"])
    body = {"name": "Another wall"}
    stale = await tiles.call("ann", "PATCH", path, json=body, headers={"If-Match": tag})
    assert await code(stale) == (412, "stale_version")
    tag = (await tiles.call("ann", "GET", path)).headers["ETag"]
    fresh = await tiles.call("ann", "PATCH", path, json=body, headers={"If-Match": tag})
    assert fresh.status == 200
    assert fresh.headers["ETag"] == (await tiles.call("ann", "GET", path)).headers["ETag"]


async def test_concurrent_changes_are_all_kept_each_with_a_number(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    path = f"/canvases/{canvas['id']}"
    changes = [{"name": f"Wall {n}"} for n in range(8)] + [{"description": str(n)} for n in range(8)]
    responses = await asyncio.gather(*(tiles.call("ann", "PATCH", path, json=body) for body in changes))
    assert {response.status for response in responses} == {200}
    events = await items(tiles, f"{path}/events", after=1)
    assert [event["seq"] for event in events] == list(range(2, 18))
    assert {event["kind"] for event in events} == {"canvas.updated"}
    shown = await (await tiles.call(None, "GET", path)).json()
    assert (events[-1]["canvas"]["name"], events[-1]["canvas"]["description"]) == (
        shown["name"], shown["description"]
    )  # fmt: skip


async def test_setting_what_is_already_set_makes_no_event(tiles: TilesClient) -> None:
    path = f"/canvases/{(await tiles.canvas('ann', name='A wall'))['id']}"
    assert (await tiles.call("ann", "PATCH", path, json={"name": "A wall"})).status == 200
    assert await items(tiles, f"{path}/events", after=1) == []


async def test_a_lower_limit_removes_no_tile_and_applies_from_then_on(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann")
    for x in range(3):
        await tiles.tile("bob", canvas["id"], x)
    await tiles.call("ann", "PATCH", f"/canvases/{canvas['id']}", json={"max_tiles_per_user": 2})
    draft = {"canvas_id": canvas["id"], "x": 3, "y": 0, "pixels": painted(1)}
    assert await code(await tiles.call("bob", "POST", "/tiles", json=draft)) == (403, "tile_limit")
    assert len(await items(tiles, f"/tiles/canvas/{canvas['id']}")) == 3


async def test_a_search_covers_name_and_description_ignoring_case(tiles: TilesClient) -> None:
    for name, description in (
        ("Harbour", None), ("Lake", "near the HARBOUR wall"), ("100%_sure", None), ("1000 sure", None)
    ):  # fmt: skip
        await tiles.canvas("ann", name=name, description=description)
    assert await names(tiles, search="harbour") == ["Harbour", "Lake"]
    assert await names(tiles, search="0%_s") == ["100%_sure"]
    assert await names(tiles, search="Ha") == ["Harbour"]
    assert await names(tiles, search="nowhere") == []


async def test_every_order_is_paged_without_loss_or_repetition(tiles: TilesClient) -> None:
    made = [await tiles.canvas("ann", name=f"Wall {n}") for n in range(5)]
    for canvas, count in zip(made, (1, 0, 2, 0, 1), strict=True):
        for x in range(count):
            await tiles.tile("bob", canvas["id"], x)
    assert await names(tiles) == [f"Wall {n}" for n in (0, 1, 2, 3, 4)]
    assert await names(tiles, sort="newest") == [f"Wall {n}" for n in (4, 3, 2, 1, 0)]
    assert await names(tiles, sort="tiles") == [f"Wall {n}" for n in (2, 4, 0, 3, 1)]


async def test_the_active_order_is_by_last_change(tiles: TilesClient, database_url: str) -> None:
    made = [await tiles.canvas("ann", name=f"Wall {n}") for n in range(4)]
    database = Database(database_url, application="a test that sets the clock back")
    async with database.connection() as conn:
        await conn.execute(text("UPDATE canvases SET active_minute = active_minute - 10"))
    await database.close()
    await tiles.tile("bob", made[1]["id"])
    assert await names(tiles, sort="active") == [f"Wall {n}" for n in (1, 3, 2, 0)]


async def test_canvases_can_be_listed_by_owner(tiles: TilesClient) -> None:
    await tiles.canvas("ann", name="Of Ann")
    await tiles.canvas("bob", name="Of Bob")
    await tiles.canvas("bob", name="Of Bob too", is_public=False)
    owner = account_id("bob")
    assert await names(tiles, owner_id=owner) == ["Of Bob"]
    assert await names(tiles, owner_id=owner, search="too") == []
    assert len(await items(tiles, "/canvases", "bob", owner_id=owner)) == 2


@pytest.mark.parametrize("params", [{"sort": "best"}, {"search": ""}, {"owner_id": "0"}, {"cursor": "WzFd"}])
async def test_invalid_list_parameters_are_refused(tiles: TilesClient, params: dict[str, str]) -> None:
    query = {"sort": "tiles", **params}
    assert (await tiles.call(None, "GET", "/canvases", params=query)).status == 422


async def test_stats_count_tiles_artists_likes_and_changes(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner")
    path = f"/canvases/{canvas['id']}/stats"
    empty = await (await tiles.call(None, "GET", path)).json()
    assert (empty["tile_count"], empty["artist_count"], empty["like_count"]) == (0, 0, 0)
    assert empty["top_artists"] == []
    for x in range(3):
        tile = await tiles.tile("ann", canvas["id"], x)
    await tiles.tile("bob", canvas["id"], 3)
    for fan in ("bob", "cat"):
        await tiles.call(fan, "POST", f"/tiles/{tile['id']}/like")
    stats = await (await tiles.call(None, "GET", path)).json()
    assert stats.pop("last_activity_at") > canvas["created_at"]
    top = stats.pop("top_artists")
    assert stats == {
        "canvas_id": canvas["id"], "tile_count": 4, "cell_count": 16, "artist_count": 2, "like_count": 2,
        "change_count": 7, "colours_used": [], "placed": None,
    }  # fmt: skip
    assert [(t["artist"]["username"], t["tile_count"], t["like_count"]) for t in top] == [
        ("ann", 3, 2), ("bob", 1, 0)
    ]  # fmt: skip


async def test_a_region_holds_the_tiles_in_its_cells_row_by_row(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(max_tiles_per_user=16)
    for x, y in ((0, 0), (2, 2), (1, 1), (2, 1), (3, 3)):
        await tiles.tile("ann", canvas["id"], x, y)
    await tiles.tile("ann", canvas["id"], 1, 2, is_public=False)
    path = f"/canvases/{canvas['id']}/region"
    found = await items(tiles, path, x=1, y=1, columns=2, rows=2)
    assert [(tile["x"], tile["y"]) for tile in found] == [(1, 1), (2, 1), (2, 2)]
    assert len(await items(tiles, path, "ann", x=1, y=1, columns=2, rows=2)) == 4
    assert len(await items(tiles, path)) == 5


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"x": 4}, "x"), ({"y": 4}, "y"), ({"x": -1}, "x"), ({"columns": 0}, "columns"),
        ({"x": 1, "columns": 4}, "columns"), ({"rows": 5}, "rows"),
    ],
)  # fmt: skip
async def test_a_region_beyond_the_canvas_is_refused(
    tiles: TilesClient, params: dict[str, int], field: str
) -> None:
    canvas = await tiles.canvas()
    query = {name: str(value) for name, value in params.items()}
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/region", params=query)
    assert response.status == 422
    assert field in (await response.json())["errors"][0]["loc"]


@pytest.mark.parametrize(
    ("tile_size", "rows", "status"), [(16, 16, 200), (16, 17, 422), (128, 4, 200), (128, 5, 422)]
)
async def test_a_region_is_bounded_in_cells_and_in_pixels(
    tiles: TilesClient, tile_size: int, rows: int, status: int
) -> None:
    canvas = await tiles.canvas(width=64 * tile_size, height=1024, tile_size=tile_size)
    query = {"columns": "64", "rows": str(rows)}
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/region", params=query)
    assert response.status == status


async def test_events_are_listed_in_order(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    for x in range(4):
        await tiles.tile("ann", canvas["id"], x)
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/events?after=2&limit=2")
    page = await response.json()
    assert [event["seq"] for event in page["items"]] == [3, 4]
    assert [event["kind"] for event in page["items"]] == ["tile.created"] * 2
    assert page["seq"] == 5
    assert await items(tiles, f"/canvases/{canvas['id']}/events", after=5) == []


@pytest.mark.parametrize("query", ["", "after=-1", "after=6", "after=x", "after=1&limit=501"])
async def test_events_after_an_unknown_change_are_refused(tiles: TilesClient, query: str) -> None:
    canvas = await tiles.canvas()
    assert (await tiles.call(None, "GET", f"/canvases/{canvas['id']}/events?{query}")).status == 422


async def test_events_of_a_private_canvas_are_hidden_from_others(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("ann", is_public=False)
    path = f"/canvases/{canvas['id']}/events?after=0"
    assert (await tiles.call("bob", "GET", path)).status == 404
    assert (await tiles.call("ann", "GET", path)).status == 200


async def test_old_events_are_pruned_except_the_newest_and_a_client_gets_410(
    tiles: TilesClient, database_url: str
) -> None:
    canvas, calm = await tiles.canvas(), await tiles.canvas()
    for x in range(6):
        await tiles.tile("ann", canvas["id"], x % 4, x // 4)
    path = f"/canvases/{canvas['id']}/events"
    database = Database(database_url, application="housekeeping of a test")
    async with database.connection() as conn:
        assert await prune(conn, older_than_seconds=DAY, newest=0) == 0
        # The fourth looks younger than the fifth: a transaction can begin earlier and commit later.
        await conn.execute(
            text("UPDATE canvas_events SET occurred_at = now() - interval '2 days' WHERE seq <> 4")
        )
        assert await prune(conn, older_than_seconds=DAY, newest=5) == 2
        assert [event["seq"] for event in await items(tiles, path, after=2)] == [3, 4, 5, 6, 7]
        assert await code(await tiles.call(None, "GET", path, params={"after": "1"})) == (410, "too_old")
        assert await prune(conn, older_than_seconds=DAY, newest=1) == 1
        assert [event["seq"] for event in await items(tiles, path, after=3)] == [4, 5, 6, 7]
        assert await code(await tiles.call(None, "GET", path, params={"after": "2"})) == (410, "too_old")
    await database.close()
    assert len(await items(tiles, f"/canvases/{calm['id']}/events", after=0)) == 1


@pytest.mark.parametrize(
    ("sort", "pattern", "index"),
    [
        (Sort.OLDEST, None, "pk_canvases"),
        (Sort.NEWEST, None, "pk_canvases"),
        (Sort.ACTIVE, None, "ix_canvases_active"),
        (Sort.TILES, None, "ix_canvases_tiles"),
        (Sort.NEWEST, "%harbour 77%", "ix_canvases_search_text"),
    ],
)
def test_a_list_of_many_canvases_is_read_from_an_index(
    database_url: str, sort: Sort, pattern: str | None, index: str
) -> None:
    statement = compile_statement(store._VISIBLE[sort])
    params = {
        **statement.constants, "viewer_id": 1, "sees_all": False, "owner_id": None, "member_id": None,
        "pattern": pattern, "count": 101, "key_0": 2**40, "key_1": 2**40,
    }  # fmt: skip
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("INSERT INTO artists (id, username) VALUES (1, 'ann')")
        cursor.execute(
            "INSERT INTO canvases (owner_id, name, width, height, tile_size, palette, collaboration_mode,"
            " max_tiles_per_user, is_public, active_minute, tile_count)"
            " SELECT 1, 'Harbour ' || n, 64, 64, 16, '{#000000,#ffffff}', 'free', 1, true, n, n % 16"
            " FROM generate_series(1, 5000) AS n"
        )
        cursor.execute("VACUUM ANALYZE canvases")
        # A few rows are read faster without an index; this is about many.
        cursor.execute("SET enable_seqscan = off")
        if pattern is not None:
            cursor.execute("SET enable_indexscan = off")
        cursor.execute(f"EXPLAIN {statement.sql}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan, plan
