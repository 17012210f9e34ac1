"""How many canvases an artist may make in a day."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.support.messaging import sql
from tests.support.tiles import StartTiles, TilesClient

DRAFT = {"name": "Sea", "width": 64, "height": 64, "tile_size": 32, "palette": "pico-8"}


async def statuses_of(requests: list[tuple[TilesClient, str, str]]) -> Counter[int]:
    """Make requests at once, each of a process, an artist and a path; count the statuses of the answers."""
    responses = await asyncio.gather(
        *(tiles.call(who, "POST", path, json=DRAFT if path == "/canvases" else {"name": "Copy"})
          for tiles, who, path in requests)
    )  # fmt: skip
    return Counter(response.status for response in responses)


async def test_all_processes_and_ways_to_make_a_canvas_share_one_quota(
    start_tiles: StartTiles, database_url: str
) -> None:
    one, other = [await start_tiles(database_url, canvases_per_day=5) for _ in range(2)]
    canvas = await one.canvas("ann")
    copy = f"/canvases/{canvas['id']}/copy"

    statuses = await statuses_of(
        [(tiles, "ann", path) for tiles in (one, other) for path in ("/canvases", copy) for _ in range(4)]
    )

    assert statuses == {201: 4, 429: 12}
    assert await sql(database_url, "SELECT count(*) FROM canvases") == 5


async def test_a_refusal_says_when_the_next_canvas_can_be_made(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, canvases_per_day=24)
    await statuses_of([(tiles, "ann", "/canvases")] * 24)

    refused = await tiles.call("ann", "POST", "/canvases", json=DRAFT)

    assert (refused.status, (await refused.json())["code"]) == (429, "canvas_limit")
    assert refused.headers["Retry-After"] == "3600"


async def test_the_quota_is_that_of_an_artist(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url, canvases_per_day=1)
    assert await statuses_of([(tiles, "ann", "/canvases"), (tiles, "ben", "/canvases")]) == {201: 2}


async def test_a_canvas_can_be_made_again_once_the_share_of_one_has_passed(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, canvases_per_day=2)
    assert await statuses_of([(tiles, "ann", "/canvases")] * 3) == {201: 2, 429: 1}
    await sql(
        database_url,
        "UPDATE artists SET canvases_taken_until = canvases_taken_until - interval '12 hours' RETURNING id",
    )
    assert await statuses_of([(tiles, "ann", "/canvases")] * 2) == {201: 1, 429: 1}


async def test_deleted_canvases_count_as_well(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url, canvases_per_day=1)
    canvas = await tiles.canvas("ann")
    await tiles.call("ann", "DELETE", f"/canvases/{canvas['id']}")
    assert await statuses_of([(tiles, "ann", "/canvases")]) == {429: 1}


async def test_a_canvas_that_does_not_fit_together_does_not_count(
    start_tiles: StartTiles, database_url: str
) -> None:
    tiles = await start_tiles(database_url, canvases_per_day=1)
    invalid = await tiles.call("ann", "POST", "/canvases", json={**DRAFT, "width": 65})
    assert invalid.status == 422
    assert await statuses_of([(tiles, "ann", "/canvases")]) == {201: 1}
