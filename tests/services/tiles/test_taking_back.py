"""Taking back the last placement: for seconds, and nothing of what others painted over it."""

from __future__ import annotations

from tests.support.placing import charges_of, colour_at, let_pass, place, place_canvas
from tests.support.tiles import TilesClient, account_id, journal_of, outcome


async def test_an_artist_takes_back_the_last_placement_and_its_charges(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=60)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    await place(tiles, "bob", canvas_id, (1, 0, 2))
    await place(tiles, "ann", canvas_id, (1, 0, 3), (1, 0, 4), (20, 20, 3))
    path = f"/canvases/{canvas_id}/pixels/last"
    undone = await tiles.call("ann", "DELETE", path)
    assert undone.status == 200
    assert (await undone.json())["charges"] == 5
    shown = [await colour_at(tiles, canvas_id, x, y) for x, y in ((0, 0), (1, 0), (20, 20))]
    assert shown == [1, 2, 0]
    event = (await journal_of(tiles.database_url, canvas_id))[-1]
    assert (event["kind"], event["artist_id"]) == ("pixels.placed", account_id("ann"))
    assert await outcome(await tiles.call("ann", "DELETE", path)) == (409, "nothing_to_take_back")
    assert (await charges_of(tiles, "ann", canvas_id))["charges"] == 5


async def test_what_others_painted_over_is_not_taken_back(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=60)
    await place(tiles, "ann", canvas_id, (0, 0, 1), (1, 0, 1))
    await place(tiles, "bob", canvas_id, (0, 0, 1))
    undone = await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    assert (await undone.json())["charges"] == 5
    assert [await colour_at(tiles, canvas_id, x, 0) for x in (0, 1)] == [1, 0]
    await place(tiles, "ann", canvas_id, (5, 5, 1))
    await place(tiles, "bob", canvas_id, (5, 5, 2))
    refused = await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    assert await outcome(refused) == (409, "nothing_to_take_back")


async def test_nothing_is_taken_back_on_a_tile_that_was_removed_and_made_again(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles, cooldown_seconds=60)
    await place(tiles, "troll", canvas_id, (0, 0, 5))
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    order = {"since": "2001-01-01T00:00:00Z"}
    path = f"/admin/canvases/{canvas_id}/rollback"
    assert (await tiles.call("mod", "POST", path, json=order, roles=("moderator",))).status == 200
    await place(tiles, "bob", canvas_id, (1, 0, 2))
    undone = await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    assert await outcome(undone) == (409, "nothing_to_take_back")
    assert await colour_at(tiles, canvas_id, 0, 0) == 0


async def test_a_placement_is_taken_back_for_ten_seconds_only(tiles: TilesClient) -> None:
    canvas_id = await place_canvas(tiles)
    await place(tiles, "ann", canvas_id, (0, 0, 1))
    let_pass(tiles.database_url, 11)
    undone = await tiles.call("ann", "DELETE", f"/canvases/{canvas_id}/pixels/last")
    assert await outcome(undone) == (409, "nothing_to_take_back")
