"""Recounting: every counter is compared with the rows that it counts, and corrected."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, func, select, update

from services.users.tables import (
    artist_stats,
    follows,
    known_canvases,
    known_placings,
    known_tiles,
    profiles,
)
from shared.db import Database, Row

SLICE_ROWS = 500
"""Artists compared per statement, to stay within the statement timeout."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A counter that was wrong and has been corrected."""

    artist_id: int
    counter: str
    recorded: int
    actual: int


class _Counters:
    """Statements about the counters of one table; `actual` recounts each of them for one row."""

    def __init__(self, table: Table, actual: Mapping[str, ColumnElement[int]]) -> None:
        (key,) = table.primary_key.columns
        this = key == bindparam("artist_id")
        compared: Select[Any] = select(
            key.label("artist_id"),
            *(table.c[name] for name in actual),
            *(count.label(f"actual_{name}") for name, count in actual.items()),
        )
        self.names = tuple(actual)
        self.slice = compared.where(key > bindparam("after")).order_by(key).limit(SLICE_ROWS)
        self.one = compared.where(this)
        self.lock = select(key).where(this).with_for_update(key_share=True)
        self.correct: Update = update(table).where(this).values(dict(actual))

    def find_drifts(self, row: Row) -> list[Drift]:
        """Return the counters that differ in a row of `slice` or `one`."""
        pairs = ((name, getattr(row, name), getattr(row, f"actual_{name}")) for name in self.names)
        return [Drift(row.artist_id, name, was, now) for name, was, now in pairs if was != now]


def _number_of(table: Table, *which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(table).where(*which).scalar_subquery()


_their_tile = known_tiles.c.creator_id == artist_stats.c.artist_id
_their_canvas = known_canvases.c.owner_id == artist_stats.c.artist_id

_ALL = (
    _Counters(
        artist_stats,
        {
            "tiles_created": _number_of(known_tiles, _their_tile, ~known_tiles.c.is_deleted),
            "likes_received": select(func.coalesce(func.sum(known_tiles.c.like_count), 0))
            .where(_their_tile, ~known_tiles.c.is_deleted)
            .scalar_subquery(),
            "canvases_created": _number_of(known_canvases, _their_canvas, ~known_canvases.c.is_deleted),
            "pixels_painted": select(func.coalesce(func.sum(known_placings.c.pixels), 0))
            .where(known_placings.c.artist_id == artist_stats.c.artist_id)
            .scalar_subquery(),
        },
    ),
    _Counters(
        profiles,
        {
            "followers": _number_of(follows, follows.c.followee_id == profiles.c.id),
            "following": _number_of(follows, follows.c.follower_id == profiles.c.id),
        },
    ),
)


async def repair_stats(database: Database) -> AsyncIterator[Drift]:
    """Correct every counter and yield those that were wrong; the service may run meanwhile.

    Artists are compared without a lock. One whose counters differ is locked, as every writer of these
    counters does, and counted again, so that a change under way is not taken for a drift.
    """
    for counters in _ALL:
        after = -1
        while True:
            async with database.connection() as conn:
                rows = await conn.fetch_all(counters.slice, {"after": after})
            if not rows:
                break
            after = rows[-1].artist_id
            for row in rows:
                if counters.find_drifts(row):
                    for drift in await _correct(database, counters, row.artist_id):
                        yield drift


async def _correct(database: Database, counters: _Counters, artist_id: int) -> list[Drift]:
    async with database.transaction() as conn:
        conn.prepend(counters.lock, {"artist_id": artist_id})
        drifts = counters.find_drifts(await conn.fetch_one(counters.one, {"artist_id": artist_id}))
        if drifts:
            await conn.execute(counters.correct, {"artist_id": artist_id})
    return drifts
