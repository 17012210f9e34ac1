"""Rollback: moderators take back what happened on a canvas since a moment."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy.sql import Executable

from services.tiles.history import store as history_store
from services.tiles.revisions import store as revisions_store
from services.tiles.revisions.rules import LAST_VERSION
from services.tiles.rollback import store
from shared.db.statements import compile_statement
from tests.support.rollback import (
    MODERATOR,
    Cursor,
    Wall,
    half_a_minute_before_the_strokes,
    now,
    paint_a_wall,
)
from tests.support.tiles import SIZE, StartTiles, TilesClient, account_id, painted


async def test_an_area_returns_to_what_it_was(wall: Wall, sql: Cursor) -> None:
    changed = await wall.claim("ann", 0, 0, 1, title="Sea")
    deleted = await wall.claim("ann", 1, 0, 2, title="Sky", description="Blue", is_public=False)
    untouched = await wall.claim("ann", 2, 0, 3)
    outside = await wall.claim("ann", 3, 0, 4)
    before, since = await wall.shown(), now(sql)
    await wall.paint("bob", changed, 9)
    await wall.change("ann", changed, title="Rude")
    await wall.delete("owner", deleted)
    await wall.claim("bob", 1, 0, 9)
    new = await wall.claim("bob", 0, 1, 9)
    await wall.paint("bob", outside, 9)

    answer = await wall.roll_back(since, area={"x": 0, "y": 0, "columns": 3, "rows": 2})

    counted = {key: answer[key] for key in ("reverted", "removed", "restored", "kept")}
    assert counted == {"reverted": 1, "removed": 2, "restored": 1, "kept": 0}
    assert {t["tile_id"]: t["action"] for t in answer["tiles"]}.items() >= {
        (changed, "reverted"), (new, "removed"), (deleted, "restored"),
    }  # fmt: skip
    pictured = {t["tile_id"]: t["pixels"] for t in answer["tiles"]}
    assert pictured.items() >= {(changed, painted(1)), (deleted, painted(2)), (new, None)}
    after = await wall.shown()
    assert after.keys() == before.keys()
    assert after[2, 0] == before[2, 0], untouched
    assert after[3, 0]["pixels"] == painted(9)
    same = ("id", "pixels", "title", "description", "is_public", "creator")
    for cell in ((0, 0), (1, 0)):
        assert {key: after[cell][key] for key in same} == {key: before[cell][key] for key in same}
    assert (after[0, 0]["version"], after[1, 0]["version"]) == (4, 3)


async def test_numbers_events_and_revisions_of_a_rollback_have_one_order(wall: Wall, sql: Cursor) -> None:
    changed, deleted = await wall.claim("ann", 0, 0, 1), await wall.claim("ann", 1, 0, 2)
    since = now(sql)
    await wall.paint("bob", changed, 9)
    await wall.delete("ann", deleted)
    new = await wall.claim("bob", 1, 0, 9)
    sql.execute("SELECT seq FROM canvases")
    ((last,),) = sql.fetchall()

    answer = await wall.roll_back(since)

    order = [(new, "tile.deleted"), (changed, "tile.updated"), (deleted, "tile.created")]
    sql.execute("SELECT seq, event FROM canvas_events WHERE seq > %s ORDER BY seq", (last,))
    kept = sql.fetchall()
    assert [seq for seq, _ in kept] == [last + 1, last + 2, last + 3]
    assert [(event["tile_id"], event["kind"]) for _, event in kept] == order
    assert kept[0][1]["tile"] is None
    assert kept[2][1]["tile"]["pixels"] == painted(2)
    sql.execute("SELECT payload::jsonb FROM outbox ORDER BY id DESC LIMIT 4")
    *published, rollback = [payload for (payload,) in sql.fetchall()][::-1]
    assert [(m["data"]["tile_id"], m["type"], m["data"]["seq"]) for m in published] == [
        (tile_id, kind, last + n) for n, (tile_id, kind) in enumerate(order, 1)
    ]
    assert {m["data"]["actor_id"] for m in (*published, rollback)} == {account_id("mod")}
    assert {m["data"]["cause"] for m in published} == {"rollback"}
    counts = {name: rollback["data"][name] for name in ("reverted", "removed", "restored")}
    assert (rollback["type"], counts) == (
        "canvas.rolled_back", {"reverted": 1, "removed": 1, "restored": 1}
    )  # fmt: skip
    sql.execute("SELECT tile_id, kind, author_id FROM revisions WHERE seq > %s ORDER BY seq", (last,))
    assert sql.fetchall() == [
        (new, "deleted", account_id("mod")),
        (changed, "rolled_back", account_id("mod")),
        (deleted, "restored", account_id("mod")),
    ]
    assert answer["seq"] == last + 3
    assert (await wall.canvas())["tile_count"] == 2


async def test_only_moderators_roll_back(wall: Wall, sql: Cursor) -> None:
    path, order = f"/admin/canvases/{wall.id}/rollback", {"since": now(sql)}
    for who, roles, status in [
        (None, (), 401), ("bob", (), 403), ("owner", (), 403),
        ("mod", MODERATOR, 200), ("boss", ("admin",), 200),
    ]:  # fmt: skip
        assert (await wall.tiles.call(who, "POST", path, json=order, roles=roles)).status == status


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({}, 422),
        ({"since": "yesterday"}, 422),
        ({"since": "2026-01-01T00:00:00"}, 422),
        ({"since": "2999-01-01T00:00:00Z"}, 422),
        ({"since": "0001-01-01T00:00:00Z"}, 200),
        ({"area": {"x": 0, "y": 0, "columns": 0, "rows": 1}}, 422),
        ({"area": {"x": -1, "y": 0, "columns": 1, "rows": 1}}, 422),
        ({"area": {"x": 8192, "y": 8192, "columns": 8192, "rows": 8192}}, 200),
        ({"user_id": 0}, 422),
        ({"user_id": 2**63 - 1}, 200),
    ],
)
async def test_an_invalid_rollback_is_refused(wall: Wall, order: dict[str, Any], status: int) -> None:
    if order and "since" not in order:
        order = {"since": "2026-01-01T00:00:00Z", **order}
    path = f"/admin/canvases/{wall.id}/rollback"
    response = await wall.tiles.call("mod", "POST", path, json=order, roles=MODERATOR)
    assert response.status == status, await response.text()


async def test_an_unknown_canvas_is_404(tiles: TilesClient) -> None:
    order = {"since": "2026-01-01T00:00:00Z"}
    response = await tiles.call("mod", "POST", "/admin/canvases/99/rollback", json=order, roles=MODERATOR)
    assert response.status == 404


async def test_the_work_of_one_artist_is_undone_and_that_of_others_stays(wall: Wall, sql: Cursor) -> None:
    anns, carls = await wall.claim("ann", 0, 0, 1), await wall.claim("carl", 1, 0, 2)
    since = now(sql)
    await wall.paint("vandal", anns, 9)
    await wall.paint("vandal", carls, 9)
    await wall.paint("carl", carls, 3)
    await wall.claim("vandal", 2, 0, 9)
    shared = await wall.claim("vandal", 3, 0, 9)
    await wall.paint("ann", shared, 4)
    await wall.claim("ann", 0, 1, 5)

    answer = await wall.roll_back(since, user_id=account_id("vandal"))

    assert (answer["reverted"], answer["removed"], answer["restored"], answer["kept"]) == (1, 1, 0, 0)
    assert await wall.colours() == {
        (0, 0): painted(1), (1, 0): painted(3), (3, 0): painted(4), (0, 1): painted(5),
    }  # fmt: skip


async def test_work_of_the_artist_from_before_the_moment_stays(wall: Wall, sql: Cursor) -> None:
    tile = await wall.claim("vandal", 0, 0, 1)
    since = now(sql)
    await wall.paint("vandal", tile, 9)
    await wall.roll_back(since, user_id=account_id("vandal"))
    assert await wall.colours() == {(0, 0): painted(1)}


async def test_tiles_that_the_artist_deleted_return_unless_their_cell_was_claimed(
    wall: Wall, sql: Cursor
) -> None:
    # The owner of a canvas may delete any tile.
    free, claimed = await wall.claim("ann", 0, 0, 1), await wall.claim("ann", 1, 0, 2)
    again = await wall.claim("ann", 2, 0, 3)
    since = now(sql)
    for tile in (free, claimed, again):
        await wall.delete("owner", tile)
    await wall.claim("bob", 1, 0, 7)
    await wall.claim("owner", 2, 0, 9)

    answer = await wall.roll_back(since, user_id=account_id("owner"))

    actions = {t["tile_id"]: t["action"] for t in answer["tiles"]}
    assert (actions[free], actions[claimed], actions[again]) == ("restored", "kept", "restored")
    assert await wall.colours() == {(0, 0): painted(1), (1, 0): painted(7), (2, 0): painted(3)}
    assert (await wall.canvas())["tile_count"] == 3


async def test_one_artist_in_one_area(wall: Wall, sql: Cursor) -> None:
    inside, outside = await wall.claim("ann", 0, 0, 1), await wall.claim("ann", 3, 3, 1)
    since = now(sql)
    for tile in (inside, outside):
        await wall.paint("vandal", tile, 9)
    area = {"x": 0, "y": 0, "columns": 2, "rows": 2}
    await wall.roll_back(since, user_id=account_id("vandal"), area=area)
    assert await wall.colours() == {(0, 0): painted(1), (3, 3): painted(9)}


@pytest.mark.parametrize("artist", [None, "vandal"])
async def test_rolling_back_twice_changes_nothing_more(wall: Wall, sql: Cursor, artist: str | None) -> None:
    kept, deleted = await wall.claim("ann", 0, 0, 1), await wall.claim("vandal", 1, 0, 1)
    since = now(sql)
    await wall.paint("vandal", kept, 9)
    await wall.delete("vandal", deleted)
    await wall.claim("vandal", 1, 1, 9)
    order: dict[str, Any] = {} if artist is None else {"user_id": account_id(artist)}
    assert len((await wall.roll_back(since, **order))["tiles"]) == 3
    assert (await wall.roll_back(since, **order))["tiles"] == []
    assert await wall.colours() == {(0, 0): painted(1), (1, 0): painted(1)}


async def test_a_rollback_can_be_rolled_back(wall: Wall, sql: Cursor) -> None:
    changed, deleted = await wall.claim("ann", 0, 0, 1), await wall.claim("ann", 1, 0, 2)
    since = now(sql)
    await wall.paint("bob", changed, 5)
    await wall.delete("ann", deleted)
    new = await wall.claim("bob", 2, 0, 6)
    mistaken = now(sql)
    await wall.roll_back(since)
    assert (await wall.colours()).keys() == {(0, 0), (1, 0)}
    await wall.roll_back(mistaken)
    assert await wall.colours() == {(0, 0): painted(5), (2, 0): painted(6)}
    assert (await wall.shown())[2, 0]["id"] == new


async def test_a_lock_does_not_prevent_a_rollback_and_outlives_it(wall: Wall, sql: Cursor) -> None:
    tile = await wall.claim("ann", 0, 0, 1)
    since = now(sql)
    assert (await wall.tiles.call("vandal", "POST", f"/tiles/{tile}/lock")).status == 201
    await wall.paint("vandal", tile, 9)
    await wall.roll_back(since)
    assert await wall.colours() == {(0, 0): painted(1)}
    lock = await (await wall.tiles.call("vandal", "GET", f"/tiles/{tile}/lock")).json()
    assert lock["mine"] is True


async def test_a_restored_tile_loses_its_likes_and_a_reverted_one_keeps_them(wall: Wall, sql: Cursor) -> None:
    deleted, changed = await wall.claim("ann", 0, 0, 1), await wall.claim("ann", 1, 0, 1)
    for tile in (deleted, changed):
        assert (await wall.tiles.call("bob", "POST", f"/tiles/{tile}/like")).status == 200
    since = now(sql)
    await wall.delete("ann", deleted)
    await wall.paint("bob", changed, 9)
    await wall.roll_back(since)
    shown = await wall.shown()
    assert (shown[0, 0]["like_count"], shown[1, 0]["like_count"]) == (0, 1)
    assert (await wall.tiles.call("bob", "POST", f"/tiles/{deleted}/like")).status == 200


async def test_every_number_is_given_once_while_others_paint(
    start_tiles: StartTiles, database_url: str, sql: Cursor
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await processes[0].canvas("owner", collaboration_mode="free", max_tiles_per_user=16)
    walls = [Wall(process, canvas["id"]) for process in processes]
    tiles = [await walls[0].claim("ann", n % 4, n // 4, 1) for n in range(8)]
    since = now(sql)
    for tile in tiles:
        await walls[0].paint("vandal", tile, 9)

    async def paint(number: int) -> None:
        await walls[number % 2].paint(f"a{number}", tiles[number % 4], 5)

    await asyncio.gather(
        *(paint(number) for number in range(8)),
        *(wall.roll_back(since, user_id=account_id("vandal"), check=False) for wall in walls),
    )

    colours = Counter((await walls[0].colours()).values())
    assert colours == {painted(5): 4, painted(1): 4}
    sql.execute("SELECT seq FROM canvas_events ORDER BY seq")
    numbers = [seq for (seq,) in sql.fetchall()]
    assert numbers == list(range(1, len(numbers) + 1))
    sql.execute("SELECT array_agg(seq ORDER BY seq) FROM revisions")
    assert sql.fetchall() == [(numbers[1:],)], "all but the canvas's own creation"


def plan_of(sql: Cursor, statement: Executable, **params: Any) -> str:
    """Return PostgreSQL's plan for a statement of a store, once it is prepared."""
    definition = compile_statement(statement).definition
    assert definition is not None
    sql.execute("DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan")
    sql.execute(f"PREPARE it {definition.sql}", definition.constants)
    values = [params[name] for name in definition.parameters]
    sql.execute(f"EXPLAIN EXECUTE it ({', '.join(['%s'] * len(values))})", values)
    return "\n".join(line for (line,) in sql.fetchall())


async def test_history_of_any_length_is_read_by_index(tiles: TilesClient, sql: Cursor) -> None:
    for _ in range(3):
        canvas = await tiles.canvas("owner", width=128, height=128)
        paint_a_wall(sql, canvas["id"], columns=8, rows=8, size=SIZE, revisions=100)
    sql.execute("UPDATE revisions SET author_id = %s WHERE version %% 10 <> 0", (account_id("ann"),))
    sql.execute("ANALYZE revisions")
    sql.execute("SELECT max(id), max(canvas_id) FROM tiles")
    ((tile_id, canvas_id),) = sql.fetchall()
    since = half_a_minute_before_the_strokes(sql)
    then = {"canvas_id": canvas_id, "since": since, "count": 4097}
    area = {"left": 0, "right": 3, "top": 0, "bottom": 3}
    plans = [
        plan_of(sql, history_store._REVISIONS, tile_id=tile_id, before=LAST_VERSION, count=100),
        plan_of(sql, revisions_store._CHAINS, tile_ids=[tile_id], versions=[90], untils=[90]),
        plan_of(sql, store._REMOVED, tile_ids=[tile_id]),
        plan_of(sql, store._CHANGED_SINCE, **then, **area),
        plan_of(sql, store._CHANGED_BY, **then, **area, author_id=account_id("vandal"), newest=LAST_VERSION),
    ]
    for plan in plans:
        assert "Seq Scan on revisions" not in plan, plan
        assert " on revisions" in plan
    assert "ix_revisions_details" in plans[1]
    assert "ix_revisions_deleted" in plans[3]
    assert "ix_revisions_author_id_canvas_id_occurred_at" in plans[4]
