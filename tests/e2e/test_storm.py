"""The storm: writers of every kind go on while each process is killed and each dependency freezes in turn.

The schedule is fixed. Each blow falls when all of them get through again; none of it goes by the clock.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
import pytest

from tests.support.people import BINARY, JSON, ApiArtist, Spectator, spectators
from tests.support.stack import Stack
from tests.support.storm import (
    BLANK,
    SIDE,
    Claimant,
    Editor,
    Event,
    Fan,
    StrokePainter,
    Writer,
    all_progress,
    read_journal,
    some_refused,
    writing,
)
from tests.support.waiting import poll_until

KILLED = (
    ("tiles-web-1",), ("tiles-worker",), ("users-worker",), ("rabbitmq",), ("gateway",), ("postgres",),
    ("tiles-web-2", "auth-web", "auth-worker", "users-web", "frontend"),
)  # fmt: skip
"""Processes that die together, in this order: every kind that a stack has."""

COLUMNS = 32


@pytest.fixture
async def http(stack: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(stack.url, connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


async def test_under_kills_and_freezes_nothing_acknowledged_is_lost_or_happens_twice(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    artists = [await ApiArtist.register(http, "storm") for _ in range(6)]
    canvas_id, tiles = await make_canvas(artists[0])
    free = [(x, y) for y in range(1, COLUMNS) for x in range(COLUMNS)]
    fans = [Fan(artist, tiles) for artist in artists[2:4]]
    writers: list[Writer] = [
        *(StrokePainter(artist, canvas_id, tile) for artist, tile in zip(artists, tiles[:2], strict=False)),
        *(Editor(artists[0], tile) for tile in tiles[2:4]),
        *fans,
        *(Claimant(artist, canvas_id, free) for artist in artists[4:6]),
    ]
    watchers = [
        Spectator(http, canvas_id, instance, protocols)
        for instance in (*stack.tiles, None)
        for protocols in ((JSON,), (BINARY, JSON))
    ]
    async with spectators(*watchers):
        async with writing(writers):
            await all_progress(writers)
            for names in KILLED:
                for name in names:
                    await asyncio.to_thread(stack.kill, name)
                await all_progress(writers)
            with stack.suspended("rabbitmq"):
                await all_progress(writers)  # writes do not need the broker
            await all_progress(writers)
            with stack.suspended("postgres"):
                await some_refused(writers, "postgres_unavailable")
            await all_progress(writers)
        journal = await read_journal(artists[0], canvas_id)
        last = journal[-1]["seq"]
        for watcher in watchers:
            await assert_saw_everything(watcher, last)
    for writer in writers:
        writer.check(journal)
    await assert_tiles_are_as_the_journal_says(artists[0], journal)
    await assert_counts_are_exact(artists, journal, sum(len(fan.likes) for fan in fans))


async def make_canvas(owner: ApiArtist) -> tuple[int, list[int]]:
    """Make a canvas on which everybody paints, with four tiles in its first row."""
    draft = {
        "name": "The storm", "width": COLUMNS * SIDE, "height": COLUMNS * SIDE, "tile_size": SIDE,
        "palette": "pico-8", "collaboration_mode": "free", "max_tiles_per_user": 1024,
    }  # fmt: skip
    status, canvas = await owner.call("POST", "/canvases", json=draft)
    assert status == 201, canvas
    made = []
    for x in range(4):
        draft = {"canvas_id": canvas["id"], "x": x, "y": 0, "pixels": BLANK}
        status, tile = await owner.call("POST", "/tiles", json=draft)
        assert status == 201, tile
        made.append(tile["id"])
    return canvas["id"], made


async def assert_saw_everything(watcher: Spectator, last: int) -> None:
    async def seen() -> int:
        return int(watcher.events[-1]["seq"]) if watcher.events else 0

    assert await poll_until(seen, last) == last
    assert [event["seq"] for event in watcher.events] == list(range(1, last + 1))


async def assert_tiles_are_as_the_journal_says(artist: ApiArtist, journal: Sequence[Event]) -> None:
    pixels: dict[int, bytearray] = {}
    for event in journal:
        if event["kind"] in ("tile.created", "tile.updated"):
            pixels[event["tile"]["id"]] = bytearray(base64.b64decode(event["tile"]["pixels"]))
        elif event["kind"] == "tile.painted":
            for offset, colour in event["pixels"]:
                pixels[event["tile_id"]][offset] = colour
    for tile_id, expected in pixels.items():
        _, tile = await artist.call("GET", f"/tiles/{tile_id}")
        assert base64.b64decode(tile["pixels"]) == expected


async def assert_counts_are_exact(artists: Sequence[ApiArtist], journal: Sequence[Event], likes: int) -> None:
    """Wait until users has counted every event once: those of the outbox, over the broker, into its inbox."""
    for number, artist in enumerate(artists):
        created = [
            event
            for event in journal
            if event["kind"] == "tile.created" and event["tile"]["creator"]["id"] == artist.id
        ]
        expected = (len(created), likes if number == 0 else 0)

        async def counted(artist: ApiArtist = artist) -> Any:
            _, profile = await artist.call("GET", f"/users/{artist.id}")
            return profile["stats"]["tiles_created"], profile["stats"]["likes_received"]

        assert await poll_until(counted, expected) == expected
