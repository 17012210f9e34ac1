"""What is known of placed pixels later: history, rollbacks, time-lapses, statistics and totals."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

from services.tiles.charges.service import publish_placed
from shared.db import Database
from shared.messaging.outbox import Outbox
from tests.support.placing import colour_at, place, place_canvas
from tests.support.tiles import TilesClient, account_id
from tests.support.users import list_outbox

MODERATOR = {"roles": ("moderator",)}


async def test_history_of_a_tile_has_every_placement_on_it(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    for n in range(70):
        await place(tiles, "ann" if n % 2 else "bob", canvas_id, (n % 16, n // 16, 1 + n % 16), (20, 0, 1))
    tile = (await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/region")).json())["items"][0]
    assert tile["version"] == 70
    artists = (await (await tiles.call(None, "GET", f"/tiles/{tile['id']}/artists")).json())["items"]
    assert {one["artist"]["username"] for one in artists} == {"ann", "bob"}
    for version in (1, 40, 64, 70):
        shown = await (await tiles.call(None, "GET", f"/tiles/{tile['id']}/history/{version}")).json()
        painted = sum(pixel > 0 for pixel in base64.b64decode(shown["pixels"]))
        assert painted == version


async def test_a_rollback_takes_back_what_one_artist_placed(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    start = datetime.now(UTC).isoformat()
    await place(tiles, "troll", canvas_id, (0, 0, 2), (1, 0, 2), (40, 0, 2))
    await place(tiles, "ann", canvas_id, (1, 0, 3))
    order = {"since": start, "user_id": account_id("troll")}
    response = await tiles.call(
        "mod", "POST", f"/admin/canvases/{canvas_id}/rollback", json=order, **MODERATOR
    )
    assert response.status == 200, await response.text()
    outcome = await response.json()
    assert (outcome["reverted"], outcome["removed"]) == (1, 1)
    assert [await colour_at(tiles, canvas_id, x, 0) for x in (0, 1, 40)] == [1, 3, 0]
    assert (await place(tiles, "ann", canvas_id, (40, 0, 5))).status == 200
    assert await colour_at(tiles, canvas_id, 40, 0) == 5


async def test_a_rollback_brings_a_removed_tile_back_to_everybody(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    painted_at = datetime.now(UTC).isoformat()
    path = f"/admin/canvases/{canvas_id}/rollback"
    for since in ("2001-01-01T00:00:00Z", painted_at):
        response = await tiles.call("mod", "POST", path, json={"since": since}, **MODERATOR)
        assert response.status == 200, await response.text()
    assert await colour_at(tiles, canvas_id, 0, 0) == 1
    region = await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/region")).json()
    assert [tile["creator"] for tile in region["items"]] == [None]


async def test_a_time_lapse_shows_all_tiles_of_a_placement(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    await place(tiles, "ann", canvas_id, *[(16 * n, 0, 1) for n in range(4)])
    response = await tiles.call(None, "GET", f"/canvases/{canvas_id}/timelapse.png")
    assert response.status == 200
    assert [await colour_at(tiles, canvas_id, 16 * n, 0) for n in range(4)] == [1] * 4


async def test_statistics_count_what_was_placed_by_colour_and_hour(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    await place(tiles, "ann", canvas_id, (0, 0, 1), (1, 0, 1), (0, 0, 2))
    await place(tiles, "bob", canvas_id, (0, 0, 2))
    await place(tiles, "cy", canvas_id, (5, 5, 3))
    await tiles.call("cy", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    stats = await (await tiles.call(None, "GET", f"/canvases/{canvas_id}/stats")).json()
    placed = stats["placed"]
    assert (placed["pixels_painted"], placed["artist_count"]) == (4, 2)
    assert placed["colours"] == [{"colour": 1, "pixels": 2}, {"colour": 2, "pixels": 2}]
    assert sum(hour["pixels"] for hour in placed["pixels_per_hour"]) == 4
    other = await tiles.canvas("owner")
    assert (await (await tiles.call(None, "GET", f"/canvases/{other['id']}/stats")).json())["placed"] is None


async def test_what_artists_placed_is_published_once_it_has_changed(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=0)
    database = Database(tiles.database_url, application="worker of a test")
    outbox = Outbox(database, producer="tiles")
    await place(tiles, "ann", canvas_id, (0, 0, 1), (1, 0, 1))
    await place(tiles, "bob", canvas_id, (2, 0, 1))
    await publish_placed(database, outbox)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    await place(tiles, "bob", canvas_id, (3, 0, 1))
    for _ in range(2):
        await publish_placed(database, outbox)
    messages = [message for message in await list_outbox(database) if message["type"] == "artist.placed"]
    await database.close()
    told = [(message["data"]["account_id"], message["data"]["pixels_placed"]) for message in messages]
    ann, bob = account_id("ann"), account_id("bob")
    assert sorted(told[:2]) == sorted([(ann, 2), (bob, 1)])
    assert told[2:] == [(bob, 2)]
