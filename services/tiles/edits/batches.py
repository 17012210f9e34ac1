"""Group commit: strokes and edits of tiles that arrive while a batch is being written are the next batch.

One task per process writes, so that under load one transaction carries hundreds of changes, and without load
each is written at once. Two processes may write at the same time: each first locks the canvases, in order of
id, so that only one of them can change a tile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import UTC, datetime
from functools import partial
from typing import Any, overload

import structlog
from prometheus_client import Histogram

from services.tiles.artists.activity import ActivityPublisher
from services.tiles.artists.store import ensure_artists
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.store import list_unlocked
from services.tiles.edits.applying import apply_all
from services.tiles.edits.rules import Edit, NewStroke, NewVersion, Outcome, Painted, Stroke, Write
from services.tiles.edits.versions import defer_batch
from services.tiles.tiles.states import get_states_for_update, list_canvas_ids
from shared import tracing
from shared.db import Database
from shared.errors import Busy, TooManyRequests, Unavailable

log = structlog.get_logger(__name__)

BATCH_WRITES = 500
BATCH_PIXELS = 20_000
"""The most that one transaction carries: some milliseconds of work, and messages of some 300 KB."""

OVERLOADED_RETRY_SECONDS = 1.0

BATCH = Histogram(
    "tiles_batch", "Changes written in one transaction.", buckets=(1, 3, 10, 30, 100, 200, 300, 500)
)

OnOutcome = Callable[[Outcome], None]


class Batches:
    """Queues changes from sockets and requests, and writes them in batches.

    At most `longest` changes wait at a time, with `most_pixels` in all.
    """

    def __init__(
        self,
        database: Database,
        journal: Journal,
        activity: ActivityPublisher,
        *,
        longest: int,
        most_pixels: int,
    ) -> None:
        self._database = database
        self._journal = journal
        self._activity = activity
        self._longest = longest
        self._most_pixels = most_pixels
        self._pixels_waiting = 0
        self._waiting: deque[tuple[Write, OnOutcome]] = deque()
        self._arrived = asyncio.Event()
        self._busy: Set[int] = frozenset()
        """Canvases that another transaction was found to hold for long."""

    def submit(self, write: Write, on_outcome: OnOutcome) -> None:
        """Queue a write for the next batch; `on_outcome` is called once, when it is durable or has failed.

        Raises TooManyRequests `overloaded` when the queue is full.
        """
        if len(self._waiting) >= self._longest or self._pixels_waiting >= self._most_pixels:
            raise TooManyRequests(
                "overloaded",
                "Too many changes are waiting to be written.",
                retry_after=OVERLOADED_RETRY_SECONDS,
            )
        self._waiting.append((write, on_outcome))
        self._pixels_waiting += write.weight
        self._arrived.set()

    @overload
    async def write(self, write: Stroke) -> Painted: ...

    @overload
    async def write(self, write: Edit) -> NewVersion | None: ...

    async def write(self, write: Write) -> Any:
        """Return the outcome once it is durable, or raise it. Cancelling does not withdraw the write."""
        settled: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.submit(write, partial(_settle, settled))
        return await settled

    async def run(self) -> None:
        """Write what waits, batch by batch, until cancelled."""
        while True:
            await self._arrived.wait()
            batch = self._next_batch()
            BATCH.observe(len(batch))
            try:
                outcomes = await self._decide([write for write, _ in batch])
            except Busy as error:
                self._fail(batch, error)
            except Unavailable as error:
                # Those behind them would wait as long for the same answer.
                self._fail([*batch, *self._waiting], error)
                self._waiting.clear()
                self._pixels_waiting = 0
                self._arrived.clear()
            except Exception as error:
                log.exception("batch not written", writes=len(batch))
                self._fail(batch, error)
            else:
                for (_, on_outcome), outcome in zip(batch, outcomes, strict=True):
                    on_outcome(outcome)

    def _next_batch(self) -> list[tuple[Write, OnOutcome]]:
        batch: list[tuple[Write, OnOutcome]] = []
        pixels = 0
        while self._waiting and len(batch) < BATCH_WRITES and pixels < BATCH_PIXELS:
            batch.append(self._waiting.popleft())
            pixels += batch[-1][0].weight
        self._pixels_waiting -= pixels
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _decide(self, writes: Sequence[Write]) -> list[Outcome]:
        """Write a batch; a canvas that another transaction holds for long delays only writes to that canvas.

        Waiting once shows which canvas it is; from then on it is tried without waiting until it is free.
        """
        if not self._busy:
            try:
                return await self._write(writes)
            except Busy:
                pass
        async with self._database.connection() as conn:
            canvas_of = await list_canvas_ids(conn, {write.tile_id for write in writes})
            suspects = self._busy or set(canvas_of.values())
            self._busy = suspects - await list_unlocked(conn, suspects)
        free = [write for write in writes if canvas_of.get(write.tile_id) not in self._busy]
        outcomes = iter(await self._write(free) if free else ())
        return [Busy() if canvas_of.get(write.tile_id) in self._busy else next(outcomes) for write in writes]

    async def _write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Decide, apply and store in one transaction of two round trips; returns the outcome of each."""
        tracing.continue_trace(None)
        async with self._journal.transaction() as (conn, changes):
            ensure_artists(conn, {(write.actor.id, write.username) for write in writes})
            states = await get_states_for_update(conn, {write.tile_id for write in writes})
            batch = apply_all(writes, states, changes.number)
            if batch.versions:
                defer_batch(conn, changes, [changed.tile for changed in batch.tiles.values()], batch.versions)
                painters = {v.change.author_id for v in batch.versions if isinstance(v, NewStroke)}
                self._activity.defer_publish(conn, painters, datetime.now(UTC))
        return batch.outcomes

    @staticmethod
    def _fail(batch: Iterable[tuple[Write, OnOutcome]], error: Exception) -> None:
        for _, on_outcome in batch:
            on_outcome(error)


def _settle(settled: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if settled.done():  # the request was cancelled
        return
    if isinstance(outcome, Exception):
        settled.set_exception(outcome)
    else:
        settled.set_result(outcome)
