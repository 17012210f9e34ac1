"""Group commit: strokes that arrive while a batch is being written are the next batch.

One task a process writes, so that under load one transaction carries hundreds of strokes, and without load
each is written at once. Two processes may write at the same time: the locks of the canvases, which either
takes first and in order of id, let only one of them at any tile.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial

import orjson
import structlog
from aiohttp import web
from prometheus_client import Histogram

from services.tiles.artists.store import lead_with_meeting_all
from services.tiles.canvases.journal import Journal, view
from services.tiles.strokes import store
from services.tiles.strokes.limits import Allowance
from services.tiles.strokes.rules import Batch, Mark, Painted, Pixels, Stroke, Verdict, apply_all
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.service import actor_of
from shared import tracing
from shared.db import Database
from shared.errors import TooManyRequests, Unavailable
from shared.identity import Identity
from shared.messaging.contracts import TilePainted

log = structlog.get_logger(__name__)

BATCH_STROKES = 500
BATCH_PIXELS = 20_000
"""What one transaction carries at most: some milliseconds of work, and a message of some 300 KB."""

OVERLOADED_RETRY_SECONDS = 1.0

BATCH = Histogram(
    "strokes_batch", "Strokes written in one transaction.", buckets=(1, 3, 10, 30, 100, 200, 300, 500)
)


class Strokes:
    """Takes strokes from sockets and requests alike, and writes them."""

    def __init__(self, database: Database, journal: Journal, allowance: Allowance, *, longest: int) -> None:
        self._database = database
        self._journal = journal
        self._allowance = allowance
        self._longest = longest
        self._waiting: deque[Stroke] = deque()
        self._arrived = asyncio.Event()

    def submit(self, stroke: Stroke) -> None:
        """Let a stroke wait for the next batch; its `answer` is called when it is durable, or will not be.

        Raises TooManyRequests `paint_limit` for an artist who is too fast, `overloaded` when too many wait.
        """
        early = self._allowance.take(stroke.actor.id, asyncio.get_running_loop().time())
        if early:
            raise TooManyRequests("paint_limit", "too many strokes a second", retry_after=early)
        if len(self._waiting) >= self._longest:
            raise TooManyRequests(
                "overloaded", "too many strokes wait to be written", retry_after=OVERLOADED_RETRY_SECONDS
            )
        self._waiting.append(stroke)
        self._arrived.set()

    async def paint(self, caller: Identity, tile_id: int, pixels: Pixels) -> Painted:
        """Paint a stroke and return when it is durable.

        Raises NotFound, Conflict `tile_locked`, NotAllowed, Invalid, TooManyRequests, Unavailable.
        """
        answered: asyncio.Future[Painted] = asyncio.get_running_loop().create_future()
        answer = partial(_settle, answered)
        self.submit(Stroke(actor_of(caller), caller.username, tile_id, None, pixels, answer))
        return await answered

    async def run(self) -> None:
        """Write what waits, batch by batch, until cancelled."""
        while True:
            await self._arrived.wait()
            batch = self._next_batch()
            BATCH.observe(len(batch))
            try:
                verdicts = await self._write(batch)
            except Unavailable as error:
                # Whoever waits behind them would wait as long for the same answer.
                self._answer([*batch, *self._waiting], error)
                self._waiting.clear()
                self._arrived.clear()
            except Exception as error:
                log.exception("strokes not written", strokes=len(batch))
                self._answer(batch, error)
            else:
                for stroke, verdict in zip(batch, verdicts, strict=True):
                    stroke.answer(verdict)

    def _next_batch(self) -> list[Stroke]:
        batch: list[Stroke] = []
        pixels = 0
        while self._waiting and len(batch) < BATCH_STROKES and pixels < BATCH_PIXELS:
            stroke = self._waiting.popleft()
            pixels += len(stroke.pixels)
            batch.append(stroke)
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _write(self, strokes: Sequence[Stroke]) -> list[Verdict]:
        """Decide, apply and store in one transaction of two round trips; returns the verdict of each."""
        tracing.continue_trace(None)
        async with self._database.transaction() as conn:
            lead_with_meeting_all(conn, {(stroke.actor.id, stroke.username) for stroke in strokes})
            states = await tiles_store.states_to_change(conn, {stroke.tile_id for stroke in strokes})
            batch = apply_all(strokes, states)
            if batch.marks:
                store.save(conn, batch.tiles.values())
                store.keep(conn, batch.marks)
                self._journal.record_all(conn, _events(batch))
        return batch.verdicts

    @staticmethod
    def _answer(strokes: Sequence[Stroke], verdict: Verdict) -> None:
        for stroke in strokes:
            stroke.answer(verdict)


def _settle(answered: asyncio.Future[Painted], verdict: Verdict) -> None:
    if answered.done():  # the request was given up
        return
    if isinstance(verdict, Exception):
        answered.set_exception(verdict)
    else:
        answered.set_result(verdict)


def _events(batch: Batch) -> list[TilePainted]:
    """One event for each canvas, with a view of each stroke, encoded here once and for all."""
    views: dict[int, list[orjson.Fragment]] = {}
    for mark in batch.marks:
        views.setdefault(mark.state.canvas.id, []).append(orjson.Fragment(orjson.dumps(_view(mark))))
    return [
        TilePainted.model_construct(canvas_id=canvas_id, seq=batch.seqs[canvas_id], views=encoded)
        for canvas_id, encoded in views.items()
    ]


def _view(mark: Mark) -> dict[str, object]:
    """What viewers get; of a draft they learn that it changed, not how it looks."""
    tile = mark.state.tile
    return view(
        TilePainted,
        mark.seq,
        tile_id=tile.id,
        version=mark.version,
        artist_id=mark.author_id,
        pixels=mark.pixels if tile.is_public else [],
    )


STROKES = web.AppKey("STROKES", Strokes)
