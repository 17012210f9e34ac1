"""Saying again what is true, for services that missed an event: a repair, not a part of everyday work.

Slices of a table are read in order of id and published through the outbox. Nothing is locked, and the service
may run meanwhile: each message has the version or number that the state had when it was read, so a consumer
that knows a newer state changes nothing, and neither does one that missed nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from shared.db import Connection, Database
from shared.errors import Unavailable
from shared.messaging.contracts import Event
from shared.messaging.outbox import Outbox

SLICE_ROWS: Final = 1000
WAITING: Final = 2000
"""With more messages in the outbox the next slice waits, so that a repair delays other events by seconds."""

STUCK_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.2

_COUNT = text("SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) AS waiting")


@dataclass(frozen=True)
class Slice:
    """The messages about some `rows`; the next slice begins after the id `last`, None if there is none."""

    events: Sequence[Event]
    rows: int
    last: int | None


ReadSlice = Callable[[Connection, int], Awaitable[Slice]]
"""Reads up to SLICE_ROWS rows with ids above the given one."""


@dataclass(frozen=True)
class Progress:
    """How many rows of a kind were said again so far."""

    kind: str
    rows: int
    is_complete: bool


async def restate(
    database: Database, outbox: Outbox, kinds: Mapping[str, ReadSlice], *, is_dry: bool
) -> AsyncIterator[Progress]:
    """Publish every row of each kind, or only count them; yields after each slice.

    It ends when the broker has everything. Raises Unavailable when the outbox does not empty.
    """
    for kind, read in kinds.items():
        rows, last = 0, -1
        is_complete = False
        while not is_complete:
            if not is_dry:
                await _wait_for_outbox(database, WAITING)
            async with database.transaction() as conn:
                found = await read(conn, last)
                if found.events and not is_dry:
                    outbox.defer(conn, *found.events)
            rows += found.rows
            is_complete = found.last is None
            last = last if found.last is None else found.last
            yield Progress(kind, rows, is_complete)
    if not is_dry:
        await _wait_for_outbox(database, 0)


def slice_of(rows: Sequence[object], events: Sequence[Event], last: int | None) -> Slice:
    """Make a slice of rows, the last of which has the id `last`; fewer than SLICE_ROWS are the end."""
    return Slice(events, len(rows), last if len(rows) == SLICE_ROWS else None)


async def _wait_for_outbox(database: Database, most: int) -> None:
    """Wait until at most that many messages are in the outbox. Raises Unavailable when none leaves it."""
    fewest, since = None, time.monotonic()
    while True:
        async with database.connection() as conn:
            waiting = int(await conn.fetch_value(_COUNT))
        if waiting <= most:
            return
        if fewest is None or waiting < fewest:
            fewest, since = waiting, time.monotonic()
        elif time.monotonic() - since > STUCK_SECONDS:
            raise Unavailable(
                "rabbitmq", f"{waiting} messages do not leave the outbox: no relay publishes them"
            )
        await asyncio.sleep(POLL_SECONDS)
