"""Pixels: who painted one, in any mode, and quickly however long the history is."""

from __future__ import annotations

import asyncio
import base64
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest

from services.tiles.pixels import store
from services.tiles.pixels.service import Pixels
from shared.db import Database
from tests.support.busy import here
from tests.support.placing import place
from tests.support.tiles import SIZE, TilesClient, painted


async def pixel(tiles: TilesClient, canvas_id: int, x: int, y: int, who: str | None = None) -> dict[str, Any]:
    response = await tiles.call(who, "GET", f"/canvases/{canvas_id}/pixel", params={"x": x, "y": y})
    assert response.status == 200, await response.text()
    shown: dict[str, Any] = await response.json()
    return shown


def by(shown: dict[str, Any]) -> tuple[int, str | None]:
    """Return the colour of a pixel and who painted it."""
    return shown["colour"], shown["artist"] and shown["artist"]["username"]


async def test_a_placed_pixel_names_its_artist_time_and_change(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    before = datetime.now(UTC)
    placed = await (await place(tiles, "ann", canvas["id"], (20, 3, 7))).json()
    shown = await pixel(tiles, canvas["id"], 20, 3)
    assert (shown["x"], shown["y"], *by(shown), shown["seq"]) == (20, 3, 7, "ann", placed["seq"])
    assert datetime.fromisoformat(shown["painted_at"]) > before
    untouched = {"colour": 0, "artist": None, "painted_at": None, "seq": None}
    assert await pixel(tiles, canvas["id"], 21, 3) == {"x": 21, "y": 3, **untouched}
    assert await pixel(tiles, canvas["id"], 63, 63) == {"x": 63, "y": 63, **untouched}


async def test_the_last_artist_counts_even_with_the_same_colour(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    for artist in ("ann", "bob"):
        await place(tiles, artist, canvas["id"], (1, 1, 7))
    assert by(await pixel(tiles, canvas["id"], 1, 1)) == (7, "bob")


async def test_taking_back_makes_the_artist_before_count_again(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    await place(tiles, "ann", canvas["id"], (1, 1, 7))
    await place(tiles, "bob", canvas["id"], (1, 1, 8), (2, 2, 8))
    await tiles.call("bob", "DELETE", f"/canvases/{canvas['id']}/pixels/last")
    assert by(await pixel(tiles, canvas["id"], 1, 1)) == (7, "ann")
    assert by(await pixel(tiles, canvas["id"], 2, 2)) == (0, None)


async def test_in_other_modes_strokes_and_pictures_count(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(1))
    await tiles.call("bob", "PATCH", f"/tiles/{tile['id']}/pixels", json={"pixels": [[17, 2]]})
    picture = bytearray(base64.b64decode(painted(1)))
    picture[17], picture[18] = 2, 3
    body = {"pixels": base64.b64encode(bytes(picture)).decode()}
    await tiles.call("cy", "PUT", f"/tiles/{tile['id']}", json=body)
    assert by(await pixel(tiles, canvas["id"], 0, 0)) == (1, "ann")
    assert by(await pixel(tiles, canvas["id"], 1, 1)) == (2, "bob")
    assert by(await pixel(tiles, canvas["id"], 2, 1)) == (3, "cy")


async def test_an_erased_pixel_names_who_erased_it(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    await place(tiles, "ann", canvas["id"], (1, 1, 7))
    await place(tiles, "bob", canvas["id"], (1, 1, 0))
    assert by(await pixel(tiles, canvas["id"], 1, 1)) == (0, "bob")


@pytest.mark.parametrize(("who", "colour"), [(None, 0), ("stranger", 0), ("ann", 1), ("owner", 1)])
async def test_pixels_of_a_draft_are_shown_to_those_who_see_it(
    tiles: TilesClient, who: str | None, colour: int
) -> None:
    canvas = await tiles.canvas("owner")
    await tiles.tile("ann", canvas["id"], pixels=painted(1), is_public=False)
    assert (await pixel(tiles, canvas["id"], 0, 0, who))["colour"] == colour


@pytest.mark.parametrize(
    ("params", "field"),
    [({"x": 64, "y": 0}, "x"), ({"x": 0, "y": 64}, "y"), ({"x": -1, "y": 0}, "x"), ({"x": 0}, "y")],
)
async def test_a_pixel_beyond_the_canvas_is_refused_by_name(
    tiles: TilesClient, params: dict[str, int], field: str
) -> None:
    canvas = await tiles.canvas("owner")
    response = await tiles.call(None, "GET", f"/canvases/{canvas['id']}/pixel", params=params)
    assert response.status == 422
    assert (await response.json())["errors"][0]["loc"] == ["query", field]
    private = await tiles.canvas("owner", is_public=False)
    hidden = await tiles.call(None, "GET", f"/canvases/{private['id']}/pixel", params={"x": 0, "y": 0})
    assert hidden.status == 404


@pytest.mark.slow
async def test_a_pixel_of_a_tile_with_a_hundred_thousand_revisions_is_found_in_20_ms(
    tiles: TilesClient,
) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place", cooldown_seconds=0)
    await place(tiles, "ann", canvas["id"], (5, 5, 7))
    await place(tiles, "bob", canvas["id"], (0, 0, 1))
    with closing(psycopg2.connect(tiles.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revisions (tile_id, version, canvas_id, seq, x, y, author_id, kind, stroke)"
            " SELECT tile_id, n, canvas_id, n + 1, x, y, author_id, 'stroke', '\\x000001'"
            " FROM revisions, generate_series(3, 100000) AS n WHERE version = 2"
        )
        cursor.execute("UPDATE tiles SET version = 100000")
        cursor.execute("UPDATE canvases SET seq = 100001")
        connection.commit()
    database = Database(tiles.database_url, application="worker of a test")
    await Pixels(database).keep_up()
    await database.close()
    times = []
    for _ in range(20):
        started = time.perf_counter()
        assert by(await pixel(tiles, canvas["id"], 5, 5)) == (7, "ann")
        times.append(time.perf_counter() - started)
    assert sorted(times)[10] < here(0.020)
    assert by(await pixel(tiles, canvas["id"], SIZE - 1, SIZE - 1)) == (0, None)


async def test_what_many_large_strokes_made_of_a_tile_is_found_out_once(
    tiles: TilesClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = await tiles.canvas("owner", width=128, height=128, tile_size=128)
    whole = base64.b64encode(bytes([1]) * 128 * 128).decode()
    await tiles.tile("ann", canvas["id"], pixels=whole)
    with closing(psycopg2.connect(tiles.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO revisions (tile_id, version, canvas_id, seq, x, y, author_id, kind, stroke)"
            " SELECT tile_id, n, canvas_id, n + 1, x, y, author_id, 'stroke', %s"
            " FROM revisions, generate_series(2, 20) AS n",
            (b"".join(bytes([offset >> 8, offset & 255, 2]) for offset in range(4096)),),
        )
        cursor.execute("UPDATE tiles SET version = 20")
        connection.commit()
    replayed = 0
    list_changes = store.list_changes

    async def counted(*args: Any, **named: Any) -> Any:
        nonlocal replayed
        changes = await list_changes(*args, **named)
        replayed += len(changes)
        return changes

    monkeypatch.setattr(store, "list_changes", counted)
    shown = await asyncio.gather(*(pixel(tiles, canvas["id"], 5, 5) for _ in range(8)))
    assert ([one["seq"] for one in shown], replayed) == ([21] * 8, 20)
