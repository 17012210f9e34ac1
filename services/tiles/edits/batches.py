"""Group commit: strokes and edits of tiles that arrive while a batch is being written are the next batch.

One task per process writes, so that under load one transaction carries hundreds of changes, and without load
each is written at once. Two processes may write at the same time: each first locks the canvases, in order of
id, so that only one of them can change a tile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

import structlog

from services.tiles.artists.activity import ActivityPublisher
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.locking import list_unlocked
from services.tiles.edits.contention import Contention
from services.tiles.edits.queue import Entry, OnOutcome, WriteQueue, outcome_of
from services.tiles.edits.rules import Edit, NewVersion, Outcome, Write
from services.tiles.edits.writer import BATCH_PIXELS, BATCH_WRITES, BatchWriter
from services.tiles.tiles.states import list_canvas_ids
from shared.db import Database
from shared.errors import Busy, Unavailable

log = structlog.get_logger(__name__)


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
        self._queue = WriteQueue(longest=longest, most_pixels=most_pixels)
        self.contention = Contention()
        self._writer = BatchWriter(journal, activity, self._queue, self.contention)
        self._busy: Set[int] = frozenset()
        """Canvases that another transaction was found to hold for long."""

    def submit(self, write: Write, on_outcome: OnOutcome) -> None:
        """Queue a write for the next batch; `on_outcome` is called once, when it is durable or has failed.

        Raises TooManyRequests `overloaded` when the queue is full.
        """
        self._queue.add(Entry.of(write, on_outcome))

    def submit_letter(self, entry: Entry) -> None:
        """Queue the strokes of a letter; raises as `submit` does."""
        self._queue.add(entry)

    async def write(self, edit: Edit) -> NewVersion | None:
        """Return the outcome of an edit once it is durable, or raise it."""
        outcome: NewVersion | None = await outcome_of(self.submit, edit)
        return outcome

    async def run(self) -> None:
        """Write what waits, batch by batch, until cancelled."""
        while True:
            await self._queue.wait()
            batch: list[Entry] = []
            self._queue.take(batch, lambda _: True, most=BATCH_WRITES, most_pixels=BATCH_PIXELS)
            try:
                outcomes = await self._decide(batch)
            except Busy as error:
                self._fail(batch, error)
            except Unavailable as error:
                # Those behind them would wait as long for the same answer.
                self._fail([*batch, *self._queue.clear()], error)
            except Exception as error:
                log.exception("batch not written", entries=len(batch))
                self._fail(batch, error)
            else:
                for entry, of_entry in zip(batch, outcomes, strict=True):
                    entry.on_outcomes(of_entry)

    async def _decide(self, batch: list[Entry]) -> Sequence[Sequence[Outcome]]:
        """Write a batch; a canvas that another transaction holds for long delays only writes to that canvas.

        Waiting once shows which canvas it is; from then on it is tried without waiting until it is free. The
        batch is left with the entries that are written.
        """
        if not self._busy:
            try:
                return await self._writer.write(batch)
            except Busy:
                pass
        async with self._database.connection() as conn:
            tile_ids = {write.tile_id for entry in batch for write in entry.writes}
            canvas_of = await list_canvas_ids(conn, tile_ids)
            suspects = self._busy or set(canvas_of.values())
            self._busy = suspects - await list_unlocked(conn, suspects)
        held = [
            entry
            for entry in batch
            if any(canvas_of.get(write.tile_id) in self._busy for write in entry.writes)
        ]
        self._fail(held, Busy())
        batch[:] = [entry for entry in batch if entry not in held]
        return await self._writer.write(batch) if batch else ()

    @staticmethod
    def _fail(entries: Iterable[Entry], error: Exception) -> None:
        for entry in entries:
            entry.fail(error)
