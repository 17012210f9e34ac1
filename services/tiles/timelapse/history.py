"""The history of a canvas, read from the database in order and in slices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

from services.tiles.timelapse import store
from services.tiles.timelapse.rules import Reel, Shot
from shared.db import Database

SHOTS: Final = 2000
"""Changes read at a time."""

TILES: Final = 64
"""Tiles read at a time; each takes up to 64 revisions."""


async def read_before(database: Database, canvas_id: int, reel: Reel) -> AsyncIterator[Sequence[Shot]]:
    """Return the changes that made up the tiles of a canvas at the start of the reel."""
    after = 0
    while True:
        async with database.connection() as conn:
            last = await store.get_last_of_next_tiles(conn, canvas_id, after=after, count=TILES)
            if last is None:
                return
            shots = await store.list_before(conn, canvas_id, reel.start, after=after, last=last)
        yield shots
        after = last


async def read_changes(database: Database, canvas_id: int, reel: Reel) -> AsyncIterator[Sequence[Shot]]:
    """Return the changes of a canvas from the start of the reel to its end, in order."""
    start, after = reel.start, (0, 0)
    while True:
        async with database.connection() as conn:
            shots = await store.list_shots(conn, canvas_id, start, reel.end, after=after, count=SHOTS)
        yield shots
        if len(shots) < SHOTS:
            return
        last = shots[-1]
        start, after = last.occurred_at, (last.seq, last.tile_id)
