"""The main use, seen from outside: five artists paint one picture tile by tile, and all viewers see it."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.support.lighthouse import TILE, pixels_of, quantised
from tests.support.people import ApiArtist, Spectator, cells, spectators
from tests.support.stack import RunningStack
from tests.support.waiting import poll_until

NAMES = ("ada", "bela", "cleo", "dora", "emil")
LIKES_EACH = 4


@pytest.fixture
async def http(running: RunningStack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(running.url) as session:
        yield session


async def paint_together(
    running: RunningStack, http: aiohttp.ClientSession, midway: Callable[[], Awaitable[None]]
) -> tuple[dict[str, Any], list[ApiArtist], dict[int, list[int]], Image.Image]:
    """Let five artists paint the picture at the same time; `midway` is called once a third is painted.

    Returns the canvas, the artists, the ids of each artist's tiles, and the expected picture.
    """
    artists = list(await asyncio.gather(*(ApiArtist.register(http, name) for name in NAMES)))
    draft = {
        "name": "The lighthouse", "width": 256, "height": 192, "tile_size": TILE,
        "palette": "sweetie-16", "max_tiles_per_user": 10,
    }  # fmt: skip
    status, canvas = await artists[0].call("POST", "/canvases", json=draft)
    assert status == 201, canvas
    picture = quantised(canvas["palette"])
    tiles: dict[int, list[int]] = {artist.id: [] for artist in artists}
    painted = 0
    a_third = asyncio.Event()

    async def paint_share(artist: ApiArtist, share: Sequence[tuple[int, int]]) -> None:
        nonlocal painted
        for x, y in share:
            tiles[artist.id].append(await artist.paint(canvas, x, y, pixels_of(picture, x, y)))
            painted += 1
            if painted == len(cells(canvas)) // 3:
                a_third.set()

    async def disturb() -> None:
        await a_third.wait()
        await midway()

    shares = [cells(canvas)[number :: len(artists)] for number in range(len(artists))]
    watchers = [Spectator(http, canvas["id"], instance) for instance in running.tiles]
    async with spectators(*watchers):
        await asyncio.gather(disturb(), *(map(paint_share, artists, shares)))
        for artist, liked in zip(artists, [*artists[1:], artists[0]], strict=True):
            for tile_id in tiles[liked.id][:LIKES_EACH]:
                status, _ = await artist.call("POST", f"/tiles/{tile_id}/like")
                assert status == 200
        # The canvas; each tile created, locked, painted, unlocked; the likes. Repeated calls change nothing.
        last = 1 + 4 * len(cells(canvas)) + LIKES_EACH * len(artists)
        for watcher in watchers:

            async def seen(watcher: Spectator = watcher) -> int:
                return int(watcher.events[-1]["seq"]) if watcher.events else 0

            assert await poll_until(seen, last) == last
    for watcher in watchers:
        assert [event["seq"] for event in watcher.events] == list(range(1, last + 1))
        assert draw(watcher.events, picture.size) == picture_indices(picture)
    return canvas, artists, tiles, picture


def draw(events: Sequence[dict[str, Any]], size: tuple[int, int]) -> bytes:
    """Draw the canvas as a viewer who receives only the live feed."""
    canvas = Image.new("L", size)
    for event in events:
        if event["kind"] in ("tile.created", "tile.updated"):
            tile = event["tile"]
            pixels = Image.frombytes("L", (TILE, TILE), base64.b64decode(tile["pixels"]))
            canvas.paste(pixels, (tile["x"] * TILE, tile["y"] * TILE))
    return canvas.tobytes()


def picture_indices(picture: Image.Image) -> bytes:
    """Return the picture as palette indices, counted from 1, row by row."""
    return bytes(index + 1 for index in picture.tobytes())


async def assert_picture_is_complete(
    http: aiohttp.ClientSession, canvas: dict[str, Any], picture: Image.Image
) -> None:
    async with http.get(f"/api/v1/canvases/{canvas['id']}.png") as response:
        assert response.status == 200
        shown = Image.open(io.BytesIO(await response.read())).convert("RGBA")
    assert shown.tobytes() == picture.convert("RGBA").tobytes()


async def assert_stats_are_exact(
    http: aiohttp.ClientSession, artists: Sequence[ApiArtist], tiles: dict[int, list[int]]
) -> None:
    for number, artist in enumerate(artists):
        expected = {
            "tiles_created": len(tiles[artist.id]),
            "likes_received": LIKES_EACH,
            "canvases_created": 1 if number == 0 else 0,
            "pixels_painted": 0,
            "followers": 0,
            "following": 0,
        }

        async def stats(artist: ApiArtist = artist) -> Any:
            status, profile = await artist.call("GET", f"/users/{artist.id}")
            return profile["stats"] if status == 200 else None

        assert await poll_until(stats, expected) == expected


async def test_five_artists_paint_a_picture_and_all_viewers_see_it(
    running: RunningStack, http: aiohttp.ClientSession
) -> None:
    async def nothing() -> None:
        return

    canvas, artists, tiles, picture = await paint_together(running, http, midway=nothing)
    await assert_picture_is_complete(http, canvas, picture)
    await assert_stats_are_exact(http, artists, tiles)
    _, shown = await artists[0].call("GET", f"/canvases/{canvas['id']}")
    assert shown["tile_count"] == len(cells(canvas))


async def test_killing_a_tiles_process_and_the_relay_midway_loses_nothing(
    running: RunningStack, http: aiohttp.ClientSession
) -> None:
    victims = (running.tiles[0], "tiles-worker")
    before = {name: running.life(name) for name in victims}

    async def kill() -> None:
        for name in victims:
            await asyncio.to_thread(running.kill, name)

    canvas, artists, tiles, picture = await paint_together(running, http, midway=kill)
    await assert_picture_is_complete(http, canvas, picture)
    await assert_stats_are_exact(http, artists, tiles)
    assert all(running.life(name) != before[name] for name in victims)
