"""Palettes that change: they grow, and lose or change only colours that nothing uses."""

from __future__ import annotations

import asyncio
import struct
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from tests.support.templates import BLACK, RED, drawn, encoded, template
from tests.support.tiles import BLANK, StartTiles, TilesClient, journal_of, painted

PALETTE = ["#000000", "#ff004d", "#00e436", "#29adff"]
GREEN, BLUE, PINK = 3, 4, 5


async def change(tiles: TilesClient, canvas: dict[str, Any], palette: Any) -> tuple[int, Any]:
    """Give a canvas another palette; returns the status and the response."""
    response = await tiles.call("owner", "PATCH", f"/canvases/{canvas['id']}", json={"palette": palette})
    return response.status, await response.json()


async def stroke(tiles: TilesClient, tile: dict[str, Any], colour: int, *, artist: str = "ann") -> int:
    """Paint a pixel of a tile; returns the status."""
    path, body = f"/tiles/{tile['id']}/pixels", {"pixels": [[0, colour]]}
    return (await tiles.call(artist, "PATCH", path, json=body)).status


async def test_an_artist_paints_in_a_colour_as_soon_as_it_is_added(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    tile = await tiles.tile("ann", canvas["id"])
    assert await stroke(tiles, tile, PINK) == 422
    status, changed = await change(tiles, canvas, [*PALETTE, "#FF77A8"])
    assert (status, changed["palette"]) == (200, [*PALETTE, "#ff77a8"])
    assert await stroke(tiles, tile, PINK) == 200


async def test_a_palette_can_become_a_named_one(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    _, changed = await change(tiles, canvas, "gameboy")
    assert changed["palette"] == ["#081820", "#346856", "#88c070", "#e0f8d0"]


async def test_viewers_get_a_new_palette_as_a_change_of_the_canvas(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    await change(tiles, canvas, PALETTE[:3])
    event = (await journal_of(tiles.database_url, canvas["id"]))[-1]
    assert (event["kind"], event["canvas"]["palette"]) == ("canvas.updated", PALETTE[:3])


async def test_a_snapshot_has_the_new_palette_at_once(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    path = f"/canvases/{canvas['id']}/snapshot"
    tag = (await tiles.call(None, "GET", path)).headers["ETag"]
    await change(tiles, canvas, [*PALETTE, "#ff77a8"])
    response = await tiles.call(None, "GET", path, headers={"If-None-Match": tag})
    colours = struct.unpack_from(">4sBB", await response.read())[2]
    assert (response.status, colours) == (200, 5)


async def test_colours_that_nothing_uses_can_be_replaced_and_removed(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    await tiles.tile("ann", canvas["id"], pixels=painted(1))
    _, changed = await change(tiles, canvas, ["#000000", "#123456"])
    assert changed["palette"] == ["#000000", "#123456"]


async def test_statistics_name_the_colours_that_are_used(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(GREEN))
    await stroke(tiles, tile, 1)
    stats = await (await tiles.call(None, "GET", f"/canvases/{canvas['id']}/stats")).json()
    assert stats["colours_used"] == [1, GREEN]


async def use_in_a_tile(tiles: TilesClient) -> dict[str, Any]:
    canvas = await tiles.canvas(palette=PALETTE)
    await tiles.tile("ann", canvas["id"], pixels=painted(BLUE))
    return canvas


async def use_in_a_stroke(tiles: TilesClient) -> dict[str, Any]:
    canvas = await tiles.canvas(palette=PALETTE)
    assert await stroke(tiles, await tiles.tile("ann", canvas["id"]), BLUE) == 200
    return canvas


async def use_in_a_placement(tiles: TilesClient) -> dict[str, Any]:
    canvas = await tiles.canvas(palette=PALETTE, collaboration_mode="place")
    pixels = {"pixels": [[0, 0, BLUE]]}
    assert (await tiles.call("ann", "POST", f"/canvases/{canvas['id']}/pixels", json=pixels)).status == 200
    return canvas


async def use_in_what_waits_for_a_review(tiles: TilesClient) -> dict[str, Any]:
    canvas = await tiles.canvas(palette=PALETTE, collaboration_mode="review")
    await tiles.tile("ann", canvas["id"], pixels=painted(BLUE))
    return canvas


async def use_in_a_template(tiles: TilesClient) -> dict[str, Any]:
    canvas = await tiles.canvas(palette=["#000000", "#123456", "#ffffff", "#ff004d"])
    await template(tiles, "ann", canvas["id"], encoded(drawn([RED, BLACK])))
    return canvas


async def use_in_the_history(tiles: TilesClient) -> dict[str, Any]:
    canvas = await tiles.canvas(palette=PALETTE)
    tile = await tiles.tile("ann", canvas["id"], pixels=painted(BLUE))
    await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": BLANK})
    return canvas


@pytest.mark.parametrize(
    "use",
    [
        use_in_a_tile,
        use_in_a_stroke,
        use_in_a_placement,
        use_in_what_waits_for_a_review,
        use_in_a_template,
        use_in_the_history,
    ],
)
async def test_a_used_colour_keeps_its_place_and_value(tiles: TilesClient, use: Any) -> None:
    canvas = await use(tiles)
    for palette in (canvas["palette"][:3], [*canvas["palette"][:3], "#abcdef"]):
        status, problem = await change(tiles, canvas, palette)
        assert (status, problem["code"]) == (409, "colour_in_use")
    shown = await (await tiles.call(None, "GET", f"/canvases/{canvas['id']}")).json()
    assert shown["palette"] == canvas["palette"]


async def test_of_a_canvas_from_before_all_colours_so_far_count_as_used(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(palette=PALETTE)
    with (
        closing(psycopg2.connect(tiles.database_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE canvases SET colours_used = NULL")
    assert (await change(tiles, canvas, PALETTE[:3]))[0] == 409
    assert (await change(tiles, canvas, [*PALETTE, "#ff77a8", "#ffccaa"]))[0] == 200
    assert (await change(tiles, canvas, PALETTE))[0] == 200
    assert (await change(tiles, canvas, PALETTE[:3]))[0] == 409


async def test_the_database_keeps_used_colours_in_the_palette(tiles: TilesClient) -> None:
    await use_in_a_tile(tiles)
    with (
        closing(psycopg2.connect(tiles.database_url)) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.CheckViolation, match="ck_canvases_colours_used"),
    ):
        cursor.execute("UPDATE canvases SET palette = palette[1:3]")


async def test_a_process_that_remembers_a_canvas_paints_by_its_new_palette(
    start_tiles: StartTiles, database_url: str
) -> None:
    one, other = await start_tiles(database_url), await start_tiles(database_url)
    canvas = await one.canvas(palette=PALETTE, collaboration_mode="free")
    tile = await one.tile("ann", canvas["id"])
    for _ in range(3):  # by now the other process has the canvas in its memory
        assert await stroke(other, tile, 1) == 200
    await change(one, canvas, [*PALETTE, "#ff77a8"])
    assert await stroke(other, tile, PINK) == 200
    await change(one, canvas, [*PALETTE, "#ff77a8", "#ffccaa"])
    await change(one, canvas, [*PALETTE, "#ff77a8"])
    assert await stroke(other, tile, PINK + 1) == 422


async def test_a_colour_is_removed_or_painted_with_but_never_both(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    canvas = await processes[0].canvas(palette=PALETTE, collaboration_mode="free")
    artists = [f"artist{number}" for number in range(8)]
    tiles = [await processes[0].tile("ann", canvas["id"], x % 4, x // 4) for x in range(8)]
    painting = asyncio.gather(
        *(
            stroke(processes[number % 2], tiles[number], BLUE, artist=artist)
            for number, artist in enumerate(artists)
        )
    )
    removing = asyncio.gather(*(change(process, canvas, PALETTE[:3]) for process in processes))
    strokes, changes = set(await painting), await removing
    removed = 200 in [status for status, _ in changes]
    assert strokes == {422 if removed else 200}
    shown = await (await processes[0].call(None, "GET", f"/canvases/{canvas['id']}")).json()
    assert len(shown["palette"]) == (3 if removed else 4)
