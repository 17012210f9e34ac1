"""Events of tiles, as other services read them."""

from __future__ import annotations

from tests.support.messaging import sql
from tests.support.tiles import TilesClient, journal_of, painted


async def test_tile_events_show_whether_the_tile_is_public(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"])
    hidden = await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"is_public": False})
    assert hidden.status == 200
    published = await sql(
        tiles.database_url,
        "SELECT jsonb_agg(payload::jsonb -> 'data' -> 'is_public' ORDER BY id)"
        " FROM outbox WHERE routing_key LIKE 'tile.%'",
    )
    assert published == [True, False]


async def test_new_pixels_alone_publish_only_that_their_artist_is_active(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"])
    for number in (1, 2):
        response = await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json={"pixels": painted(number)})
        assert response.status == 200
    published = await sql(
        tiles.database_url, "SELECT array_agg(payload::json ->> 'type' ORDER BY id) FROM outbox"
    )
    assert published == ["canvas.created", "tile.created", "artist.active"]
    events = await journal_of(tiles.database_url, tile["canvas_id"])
    assert [event["kind"] for event in events[-2:]] == ["tile.updated"] * 2
    assert events[-1]["tile"]["pixels"] == painted(2)


async def test_new_pixels_with_another_field_are_an_event_for_services(tiles: TilesClient) -> None:
    tile = await tiles.tile("ann", (await tiles.canvas())["id"])
    body = {"pixels": painted(1), "is_public": False}
    assert (await tiles.call("ann", "PUT", f"/tiles/{tile['id']}", json=body)).status == 200
    published = await sql(
        tiles.database_url, "SELECT array_agg(payload::json ->> 'type' ORDER BY id) FROM outbox"
    )
    assert published == ["canvas.created", "tile.created", "tile.updated"]
