"""Likes: one per artist and tile, counted exactly."""

from __future__ import annotations

import asyncio

from tests.support.tiles import StartTiles, TilesClient


async def liked_tile(tiles: TilesClient) -> str:
    return f"/tiles/{(await tiles.tile('ann', (await tiles.canvas())['id']))['id']}"


async def test_liking_or_unliking_twice_counts_once(tiles: TilesClient) -> None:
    path = await liked_tile(tiles)
    for _ in range(2):
        assert await (await tiles.call("bob", "POST", f"{path}/like")).json() == {
            "liked": True,
            "like_count": 1,
        }
    for _ in range(2):
        assert await (await tiles.call("bob", "DELETE", f"{path}/like")).json() == {
            "liked": False,
            "like_count": 0,
        }


async def test_concurrent_likes_and_unlikes_leave_the_right_count(
    start_tiles: StartTiles, database_url: str
) -> None:
    processes = [await start_tiles(database_url), await start_tiles(database_url)]
    path = await liked_tile(processes[0])
    calls = [(f"a{i}", "POST") for i in range(8)] * 2 + [(f"a{i}", "DELETE") for i in range(4)]
    await asyncio.gather(
        *(processes[i % 2].call(who, how, f"{path}/like") for i, (who, how) in enumerate(calls))
    )
    tile = await (await processes[0].call(None, "GET", path)).json()
    likes = await (await processes[0].call(None, "GET", f"{path}/likes")).json()
    assert tile["like_count"] == len(likes["items"])
    assert tile["like_count"] >= 4


async def test_an_artist_cannot_like_their_own_tile(tiles: TilesClient) -> None:
    path = await liked_tile(tiles)
    response = await tiles.call("ann", "POST", f"{path}/like")
    assert (response.status, (await response.json())["code"]) == (403, "own_tile")


async def test_the_artists_who_like_a_tile_are_listed(tiles: TilesClient) -> None:
    path = await liked_tile(tiles)
    for who in ("bob", "cat"):
        await tiles.call(who, "POST", f"{path}/like")
    likes = await (await tiles.call(None, "GET", f"{path}/likes")).json()
    assert {like["artist"]["username"] for like in likes["items"]} == {"bob", "cat"}


async def test_a_guest_cannot_like_a_tile(tiles: TilesClient) -> None:
    path = await liked_tile(tiles)
    assert (await tiles.call(None, "POST", f"{path}/like")).status == 401
    assert (await tiles.call("bob", "POST", "/tiles/999/like")).status == 404
