"""Events of tiles, as other services read them."""

from __future__ import annotations

from tests.support.messaging import sql
from tests.support.tiles import TilesClient


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
