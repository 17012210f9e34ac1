"""Replacing a colour on a canvas: what it changes, who may, and how it is taken back."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from services.tiles.recolouring import rules
from tests.support.tiles import StartTiles, TilesClient, journal_of, painted

RED, GREEN, BLACK = 9, 12, 1


async def replace(
    tiles: TilesClient, canvas: dict[str, Any], colour: int = RED, by: int = GREEN, *,
    artist: str | None = "owner", roles: tuple[str, ...] = (), **fields: Any,
) -> tuple[int, Any]:  # fmt: skip
    """Replace a colour; returns the status and the response."""
    path, body = f"/canvases/{canvas['id']}/colours/replace", {"colour": colour, "by": by, **fields}
    response = await tiles.call(artist, "POST", path, roles=roles, json=body)
    return response.status, await response.json()


async def pixels_of(tiles: TilesClient, tile: dict[str, Any]) -> bytes:
    """Return the pixels of a tile as they are now."""
    shown = await (await tiles.call(None, "GET", f"/tiles/{tile['id']}")).json()
    return base64.b64decode(shown["pixels"])


async def test_all_pixels_of_a_colour_get_the_other_in_one_version_per_tile(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    red = await tiles.tile("ann", canvas["id"], 0, 0, pixels=painted(RED))
    black = await tiles.tile("ben", canvas["id"], 1, 0, pixels=painted(BLACK))
    assert await replace(tiles, canvas) == (200, {"dry_run": False, "seq": 4, "tiles": 1, "pixels": 256})
    assert set(await pixels_of(tiles, red)) == {GREEN}
    assert set(await pixels_of(tiles, black)) == {BLACK}
    history = await (await tiles.call(None, "GET", f"/tiles/{red['id']}/history")).json()
    newest = history["items"][0]
    assert (newest["version"], newest["kind"]) == (2, "recoloured")
    assert newest["author"]["username"] == "owner"


async def test_a_dry_run_counts_and_changes_nothing(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(RED))
    expected = {"dry_run": True, "seq": 2, "tiles": 1, "pixels": 256}
    assert await replace(tiles, canvas, dry_run=True) == (200, expected)
    assert set(await pixels_of(tiles, tile)) == {RED}


async def test_viewers_get_each_tile_as_a_change(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    for x in range(3):
        await tiles.tile("ann", canvas["id"], x, pixels=painted(RED))
    await replace(tiles, canvas, by=0)
    events = (await journal_of(tiles.database_url, canvas["id"]))[-3:]
    assert [(event["seq"], event["kind"], event["x"]) for event in events] == [
        (5, "tile.updated", 0), (6, "tile.updated", 1), (7, "tile.updated", 2),
    ]  # fmt: skip
    assert {event["tile"]["pixels"] for event in events} == {painted(0)}


async def test_an_area_limits_it(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    inside = await tiles.tile("ann", canvas["id"], 0, pixels=painted(RED))
    outside = await tiles.tile("ann", canvas["id"], 1, pixels=painted(RED))
    _, done = await replace(tiles, canvas, area={"x": 0, "y": 0, "columns": 1, "rows": 4})
    assert done["tiles"] == 1
    assert set(await pixels_of(tiles, inside)) == {GREEN}
    assert set(await pixels_of(tiles, outside)) == {RED}


async def test_a_tile_is_taken_back_by_its_history(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(RED))
    await replace(tiles, canvas)
    await tiles.call("owner", "POST", f"/tiles/{tile['id']}/revert", json={"version": 1})
    assert set(await pixels_of(tiles, tile)) == {RED}


async def test_it_works_on_a_canvas_on_which_pixels_are_placed(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(collaboration_mode="place", cooldown_seconds=0)
    path = f"/canvases/{canvas['id']}/pixels"
    await tiles.call("ann", "POST", path, json={"pixels": [[0, 0, RED]]})
    assert (await replace(tiles, canvas))[1]["pixels"] == 1
    await tiles.call("ann", "POST", path, json={"pixels": [[1, 0, BLACK]]})
    shown = [
        (await (await tiles.call(None, "GET", f"/canvases/{canvas['id']}/pixel?x={x}&y=0")).json())["colour"]
        for x in (0, 1)
    ]
    assert shown == [GREEN, BLACK]


@pytest.mark.parametrize(
    ("artist", "roles", "expected"),
    [
        (None, (), 401),
        ("ann", (), 403),
        ("mia", (), 200),
        ("owner", (), 200),
        ("moe", ("moderator",), 200),
        ("adam", ("admin",), 200),
    ],
)
async def test_who_may_replace_a_colour(
    tiles: TilesClient, artist: str | None, roles: tuple[str, ...], expected: int
) -> None:
    canvas = await tiles.canvas()
    path = f"/canvases/{canvas['id']}/members"
    mia = await tiles.tile("mia", canvas["id"])
    await tiles.call("owner", "PUT", f"{path}/{mia['creator']['id']}", json={"role": "moderator"})
    assert (await replace(tiles, canvas, artist=artist, roles=roles))[0] == expected


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"colour": 17}, "colour"),
        ({"by": 17}, "by"),
        ({"by": RED}, "by"),
        ({"colour": 0}, "colour"),
        ({"area": {"x": 0, "y": 0, "columns": 0, "rows": 1}}, "area"),
    ],
)
async def test_a_replacement_that_breaks_a_rule_is_refused_by_field(
    tiles: TilesClient, fields: dict[str, Any], field: str
) -> None:
    status, problem = await replace(tiles, await tiles.canvas(), **fields)
    assert (status, problem["errors"][0]["loc"][1]) == (422, field)


async def test_an_archived_canvas_keeps_its_colours(tiles: TilesClient) -> None:
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], pixels=painted(RED))
    await tiles.call("owner", "PATCH", f"/canvases/{canvas['id']}", json={"is_archived": True})
    status, problem = await replace(tiles, canvas)
    assert (status, problem["code"]) == (409, "archived")


async def test_too_many_tiles_are_refused(tiles: TilesClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_RECOLOURED", 1)
    canvas = await tiles.canvas()
    for x in range(2):
        await tiles.tile("ann", canvas["id"], x, pixels=painted(RED))
    status, problem = await replace(tiles, canvas)
    assert (status, problem["code"]) == (409, "too_many_tiles")


async def test_an_artist_looks_at_so_many_pixels_only(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url, picture_pixels_rate=1, picture_pixels_burst=300)
    canvas = await tiles.canvas()
    await tiles.tile("ann", canvas["id"], pixels=painted(RED))
    assert (await replace(tiles, canvas, dry_run=True))[0] == 200
    status, problem = await replace(tiles, canvas, dry_run=True)
    assert (status, problem["code"]) == (429, "picture_limit")


async def test_strokes_at_the_same_time_are_before_or_after_it_as_a_whole(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await processes[0].canvas(collaboration_mode="free")
    tile = await processes[0].tile("ann", canvas["id"], pixels=painted(RED))

    async def paint(number: int) -> int:
        path, body = f"/tiles/{tile['id']}/pixels", {"pixels": [[number, BLACK]]}
        return (await processes[number % 2].call(f"a{number}", "PATCH", path, json=body)).status

    painting = asyncio.gather(*(paint(number) for number in range(8)))
    assert (await replace(processes[0], canvas))[0] == 200
    assert set(await painting) == {200}
    assert await pixels_of(processes[1], tile) == bytes([BLACK] * 8 + [GREEN] * 248)
    events = await journal_of(database_url, canvas["id"])
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
