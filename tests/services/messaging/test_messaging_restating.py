"""Saying again what is true: slice by slice, and no faster than the relay publishes."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from shared.db import Connection, Database
from shared.errors import Unavailable
from shared.messaging import restating
from shared.messaging.outbox import Outbox
from shared.messaging.restating import Progress, Slice, restate, slice_of
from tests.support.messaging import tile_created

ROWS = range(1, 8)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of three rows, and two messages that may wait."""
    monkeypatch.setattr(restating, "SLICE_ROWS", 3)
    monkeypatch.setattr(restating, "WAITING", 2)
    monkeypatch.setattr(restating, "STUCK_SECONDS", 0.5)
    monkeypatch.setattr(restating, "POLL_SECONDS", 0.01)


async def read_rows(_: Connection, after: int) -> Slice:
    rows = [number for number in ROWS if number > after][:3]
    return slice_of(rows, [tile_created(number) for number in rows], rows[-1] if rows else None)


async def waiting(db: Database) -> int:
    async with db.connection() as conn:
        return int(await conn.fetch_value(text("SELECT count(*) FROM outbox")))


async def test_every_row_is_said_once_whatever_the_number_of_slices(
    tiles_db: Database, outbox: Outbox
) -> None:
    most = 0

    async def relay() -> None:
        """Publish one message at a time."""
        nonlocal most
        while True:
            most = max(most, await waiting(tiles_db))
            async with tiles_db.connection() as conn:
                await conn.execute(text("DELETE FROM outbox WHERE id = (SELECT min(id) FROM outbox)"))
            await asyncio.sleep(0.005)

    relaying = asyncio.create_task(relay())
    found = [one async for one in restate(tiles_db, outbox, {"tiles": read_rows}, is_dry=False)]
    relaying.cancel()
    assert found == [
        Progress("tiles", 3, is_complete=False),
        Progress("tiles", 6, is_complete=False),
        Progress("tiles", 7, is_complete=True),
    ]
    assert most <= 2 + 3
    assert await waiting(tiles_db) == 0


async def test_a_dry_run_counts_and_writes_nothing(tiles_db: Database, outbox: Outbox) -> None:
    found = [one async for one in restate(tiles_db, outbox, {"tiles": read_rows}, is_dry=True)]
    assert found[-1] == Progress("tiles", 7, is_complete=True)
    assert await waiting(tiles_db) == 0


async def test_an_outbox_that_nobody_relays_ends_it_with_the_reason(
    tiles_db: Database, outbox: Outbox
) -> None:
    with pytest.raises(Unavailable, match="3 messages do not leave the outbox: no relay publishes them"):
        async for _ in restate(tiles_db, outbox, {"tiles": read_rows}, is_dry=False):
            pass
