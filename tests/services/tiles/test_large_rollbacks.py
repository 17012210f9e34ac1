"""Rollbacks of many tiles: the largest one fits, and one that is too large or too slow does nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest

from services.tiles.rollback import service
from tests.support.busy import here
from tests.support.rollback import MODERATOR, Cursor, Wall, half_a_minute_before_the_strokes, paint_a_wall
from tests.support.tiles import SIZE, TilesClient, account_id


@pytest.mark.parametrize("artist", [None, "vandal"])
async def test_the_largest_rollback_fits_into_one_response(
    tiles: TilesClient, sql: Cursor, artist: str | None
) -> None:
    canvas = await tiles.canvas("owner", width=1024, height=1024)
    paint_a_wall(sql, canvas["id"], columns=64, rows=64, size=SIZE, revisions=2)
    since = half_a_minute_before_the_strokes(sql)
    order: dict[str, Any] = {} if artist is None else {"user_id": account_id(artist)}
    started = time.monotonic()
    answer = await Wall(tiles, canvas["id"]).roll_back(since, check=False, **order)
    assert time.monotonic() - started < here(20), "the gateway would have given up"
    assert (answer["reverted"], len(answer["tiles"])) == (4096, 4096)
    sql.execute("SELECT count(*), count(DISTINCT pixels), min(version), max(version) FROM tiles")
    assert sql.fetchall() == [(4096, 1, 4, 4)]
    sql.execute("SELECT count(*), min(seq), max(seq) FROM canvas_events")
    assert sql.fetchall() == [(4097, 1, 4097)]


async def test_a_rollback_that_is_too_large_is_refused_and_does_nothing(
    tiles: TilesClient, sql: Cursor
) -> None:
    canvas = await tiles.canvas("owner", width=1040, height=1024)
    paint_a_wall(sql, canvas["id"], columns=65, rows=64, size=SIZE, revisions=1)
    order: dict[str, Any] = {"since": half_a_minute_before_the_strokes(sql)}
    path = f"/admin/canvases/{canvas['id']}/rollback"
    response = await tiles.call("mod", "POST", path, json=order, roles=MODERATOR)
    assert (response.status, (await response.json())["code"]) == (409, "rollback_too_large")
    order["area"] = {"x": 60, "y": 0, "columns": 64, "rows": 2}
    response = await tiles.call("mod", "POST", path, json=order, roles=MODERATOR)
    assert (await response.json())["reverted"] == 10


async def test_a_rollback_that_takes_too_long_is_refused_and_does_nothing(
    tiles: TilesClient, sql: Cursor, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner")
    paint_a_wall(sql, canvas["id"], columns=4, rows=4, size=SIZE, revisions=1)
    order = {"since": half_a_minute_before_the_strokes(sql)}
    path = f"/admin/canvases/{canvas['id']}/rollback"
    monkeypatch.setattr(service, "ROLLBACK_SECONDS", 0.0)
    response = await tiles.call("mod", "POST", path, json=order, roles=MODERATOR)
    assert (response.status, (await response.json())["code"]) == (409, "rollback_too_large")
    sql.execute("SELECT max(version) FROM tiles")
    assert sql.fetchall() == [(2,)]
