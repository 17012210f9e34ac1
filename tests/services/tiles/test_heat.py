"""Heat maps: where a canvas has been painted lately."""

from __future__ import annotations

import io
from contextlib import closing
from typing import Any

import psycopg2
from PIL import Image

from services.tiles.heat import service
from tests.support.placing import place
from tests.support.tiles import StartTiles, TilesClient


async def heat_map(tiles: TilesClient, canvas_id: int, who: str | None = None, **params: Any) -> Image.Image:
    response = await tiles.call(
        who, "GET", f"/canvases/{canvas_id}/heatmap.png", params={k: str(v) for k, v in params.items()}
    )
    assert response.status == 200, await response.text()
    with Image.open(io.BytesIO(await response.read())) as picture:
        return picture.convert("RGBA")


def opacity(picture: Image.Image, x: int, y: int) -> int:
    return int(picture.getpixel((x, y))[3])  # type: ignore[index]


async def test_what_is_painted_most_is_the_hottest(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place", cooldown_seconds=0)
    await place(tiles, "ann", canvas["id"], (1, 2, 3), *[(40, 50, n) for n in range(9)])
    picture = await heat_map(tiles, canvas["id"])
    assert picture.size == (64, 64)
    assert 255 == opacity(picture, 40, 50) > opacity(picture, 1, 2) > opacity(picture, 2, 1) == 0


async def test_strokes_count_and_drafts_do_not(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="free")
    shown = await tiles.tile("ann", canvas["id"])
    draft = await tiles.tile("ann", canvas["id"], 1, is_public=False)
    for tile in (shown, draft):
        await tiles.call("ann", "PATCH", f"/tiles/{tile['id']}/pixels", json={"pixels": [[17, 2]]})
    picture = await heat_map(tiles, canvas["id"])
    assert (opacity(picture, 1, 1), opacity(picture, 17, 1)) == (255, 0)


async def test_only_the_last_hours_count(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place", cooldown_seconds=0)
    await place(tiles, "ann", canvas["id"], (1, 1, 1))
    with (
        closing(psycopg2.connect(tiles.database_url)) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE revisions SET occurred_at = occurred_at - interval '2 hours'")
    await place(tiles, "ann", canvas["id"], (2, 2, 1))
    for hours, shown in ((1, 0), (3, 255)):
        assert opacity(await heat_map(tiles, canvas["id"], hours=hours), 1, 1) == shown


async def test_a_large_canvas_has_a_smaller_map(tiles: TilesClient) -> None:
    canvas = await tiles.canvas(
        "owner", collaboration_mode="place", cooldown_seconds=0, width=2048, height=1024, tile_size=128
    )
    await place(tiles, "ann", canvas["id"], (2047, 1023, 1))
    picture = await heat_map(tiles, canvas["id"])
    assert picture.size == (512, 256)
    assert opacity(picture, 511, 255) == 255


async def test_every_stroke_counts_however_many_are_read_at_a_time(
    tiles: TilesClient, monkeypatch: Any
) -> None:
    monkeypatch.setattr(service, "STROKES", 2)
    canvas = await tiles.canvas("owner", collaboration_mode="place", cooldown_seconds=0)
    for n in range(5):
        await place(tiles, "ann", canvas["id"], (n, 0, 1), (16 + n, 0, 1), (40, 20 + n, 1))
    picture = await heat_map(tiles, canvas["id"])
    assert {opacity(picture, x, y) for n in range(5) for x, y in ((n, 0), (16 + n, 0), (40, 20 + n))} == {255}


async def test_a_heat_map_is_drawn_for_those_who_see_the_canvas(tiles: TilesClient) -> None:
    canvas = await tiles.canvas("owner", collaboration_mode="place", is_public=False)
    for who, status in ((None, 404), ("stranger", 404), ("owner", 200)):
        response = await tiles.call(who, "GET", f"/canvases/{canvas['id']}/heatmap.png")
        assert response.status == status
    for hours in (0, 169):
        response = await tiles.call("owner", "GET", f"/canvases/{canvas['id']}/heatmap.png?hours={hours}")
        assert (await response.json())["errors"][0]["loc"] == ["query", "hours"]


async def test_a_heat_map_is_charged_like_a_drawing(start_tiles: StartTiles, database_url: str) -> None:
    tiles = await start_tiles(database_url, picture_pixels_rate=1, picture_pixels_burst=service.HEAT_PIXELS)
    canvas = await tiles.canvas("owner", collaboration_mode="place")
    path = f"/canvases/{canvas['id']}/heatmap.png"
    assert (await tiles.call("ann", "GET", path)).status == 200
    assert (await tiles.call("ann", "GET", path)).status == 200
    assert (await tiles.call("ann", "GET", f"{path}?hours=2")).status == 429
