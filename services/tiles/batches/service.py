"""Group commit: strokes and edits of tiles that arrive while a batch is being written are the next batch.

One task a process writes, so that under load one transaction carries hundreds of changes, and without load
each is written at once. Two processes may write at the same time: the locks of the canvases, which either
takes first and in order of id, let only one of them at any tile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence, Set
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import Any, overload

import orjson
import structlog
from prometheus_client import Histogram

from services.tiles.artists.activity import Activity
from services.tiles.artists.store import lead_with_meeting_all
from services.tiles.batches.rules import Applied, Edit, Verdict, Write, apply_all
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal, view
from services.tiles.history import store as history
from services.tiles.strokes.rules import Painted, Stroke
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.events import tile_event
from services.tiles.tiles.rules import Tile
from shared import tracing
from shared.db import Database
from shared.errors import Busy, TooManyRequests, Unavailable
from shared.messaging.contracts import CanvasEvent, TilePainted, TileUpdated

log = structlog.get_logger(__name__)

BATCH_WRITES = 500
BATCH_PIXELS = 20_000
"""What one transaction carries at most: some milliseconds of work, and messages of some 300 KB."""

OVERLOADED_RETRY_SECONDS = 1.0

BATCH = Histogram(
    "tiles_batch", "Changes written in one transaction.", buckets=(1, 3, 10, 30, 100, 200, 300, 500)
)

Answer = Callable[[Verdict], None]


class Batches:
    """Takes changes from sockets and requests alike, and writes them; `longest` may wait at a time."""

    def __init__(self, database: Database, journal: Journal, activity: Activity, *, longest: int) -> None:
        self._database = database
        self._journal = journal
        self._activity = activity
        self._longest = longest
        self._waiting: deque[tuple[Write, Answer]] = deque()
        self._arrived = asyncio.Event()
        self._busy: Set[int] = frozenset()
        """Canvases that somebody was found to hold for long."""

    def submit(self, write: Write, answer: Answer) -> None:
        """Let a write wait for the next batch; `answer` is called once, when it is durable or will not be.

        Raises TooManyRequests `overloaded` when too many wait.
        """
        if len(self._waiting) >= self._longest:
            raise TooManyRequests(
                "overloaded", "too many changes wait to be written", retry_after=OVERLOADED_RETRY_SECONDS
            )
        self._waiting.append((write, answer))
        self._arrived.set()

    @overload
    async def write(self, write: Stroke) -> Painted: ...

    @overload
    async def write(self, write: Edit) -> Tile | None: ...

    async def write(self, write: Write) -> Any:
        """Return the verdict once it is durable, or raise it. Who gives up waiting does not take it back."""
        answered: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.submit(write, partial(_settle, answered))
        return await answered

    async def run(self) -> None:
        """Write what waits, batch by batch, until cancelled."""
        while True:
            await self._arrived.wait()
            batch = self._next_batch()
            BATCH.observe(len(batch))
            try:
                verdicts = await self._decide([write for write, _ in batch])
            except Busy as error:
                self._answer(batch, error)
            except Unavailable as error:
                # Whoever waits behind them would wait as long for the same answer.
                self._answer([*batch, *self._waiting], error)
                self._waiting.clear()
                self._arrived.clear()
            except Exception as error:
                log.exception("batch not written", writes=len(batch))
                self._answer(batch, error)
            else:
                for (_, answer), verdict in zip(batch, verdicts, strict=True):
                    answer(verdict)

    def _next_batch(self) -> list[tuple[Write, Answer]]:
        batch: list[tuple[Write, Answer]] = []
        pixels = 0
        while self._waiting and len(batch) < BATCH_WRITES and pixels < BATCH_PIXELS:
            batch.append(self._waiting.popleft())
            pixels += batch[-1][0].weight
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _decide(self, writes: Sequence[Write]) -> list[Verdict]:
        """Write a batch; a canvas that somebody holds for long holds up what is on that canvas alone.

        Found out by waiting for it once: from then on it is tried without waiting until it is free.
        """
        if not self._busy:
            try:
                return await self._write(writes)
            except Busy:
                pass
        async with self._database.connection() as conn:
            canvas_of = await tiles_store.canvases_of(conn, {write.tile_id for write in writes})
            suspects = self._busy or set(canvas_of.values())
            self._busy = suspects - await canvases_store.free_among(conn, suspects)
        free = [write for write in writes if canvas_of.get(write.tile_id) not in self._busy]
        verdicts = iter(await self._write(free) if free else ())
        return [Busy() if canvas_of.get(write.tile_id) in self._busy else next(verdicts) for write in writes]

    async def _write(self, writes: Sequence[Write]) -> list[Verdict]:
        """Decide, apply and store in one transaction of two round trips; returns the verdict of each."""
        tracing.continue_trace(None)
        async with self._database.transaction() as conn:
            lead_with_meeting_all(conn, {(write.actor.id, write.username) for write in writes})
            states = await tiles_store.states_to_change(conn, {write.tile_id for write in writes})
            batch = apply_all(writes, states)
            if batch.applied:
                tiles_store.save(conn, *[wet.tile for wet in batch.tiles.values()])
                history.keep(conn, *[applied.change for applied in batch.applied])
                redrawn = {a.change.tile.canvas_id for a in batch.applied if a.redraws}
                self._journal.record(conn, *_events(batch.applied), redrawn=redrawn)
                painters = {a.change.author_id for a in batch.applied if isinstance(a.write, Stroke)}
                self._activity.tell(conn, painters, datetime.now(UTC))
        return batch.verdicts

    @staticmethod
    def _answer(batch: Iterable[tuple[Write, Answer]], verdict: Verdict) -> None:
        for _, answer in batch:
            answer(verdict)


def _settle(answered: asyncio.Future[Verdict], verdict: Verdict) -> None:
    if answered.done():  # the request was given up
        return
    if isinstance(verdict, Exception):
        answered.set_exception(verdict)
    else:
        answered.set_result(verdict)


def _events(applied: Sequence[Applied]) -> list[CanvasEvent]:
    """One event for each edit, and one for strokes of a canvas that follow each other."""
    by_canvas: dict[int, list[Applied]] = {}
    for one in applied:
        by_canvas.setdefault(one.change.tile.canvas_id, []).append(one)
    events: list[CanvasEvent] = []
    for canvas_id, of_canvas in by_canvas.items():
        for edits, run in groupby(of_canvas, key=lambda one: isinstance(one.write, Edit)):
            if edits:
                events += map(_updated, run)
            else:
                events.append(_painted(canvas_id, list(run)))
    return events


def _updated(applied: Applied) -> TileUpdated:
    assert isinstance(applied.write, Edit)
    change = applied.change
    return tile_event(
        TileUpdated, change.seq, change.tile, change.author_id, traceparent=applied.write.traceparent
    )


def _painted(canvas_id: int, strokes: Sequence[Applied]) -> TilePainted:
    """Tell of strokes, the view of each encoded here once and for all."""
    views = [orjson.Fragment(orjson.dumps(_view(applied))) for applied in strokes]
    return TilePainted.model_construct(canvas_id=canvas_id, seq=strokes[-1].change.seq, views=views)


def _view(applied: Applied) -> dict[str, object]:
    """What viewers get; of a draft they learn that it changed, not how it looks."""
    stroke, change = applied.write, applied.change
    assert isinstance(stroke, Stroke)
    return view(
        TilePainted,
        change.seq,
        tile_id=change.tile.id,
        version=change.version,
        artist_id=change.author_id,
        pixels=stroke.pixels if change.tile.is_public else [],
    )
