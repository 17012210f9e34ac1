"""One batch of writes as one transaction: lock, read, decide, store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from prometheus_client import Histogram

from services.tiles.artists.activity import ActivityPublisher
from services.tiles.artists.known import KnownArtists
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.locking import lock_all
from services.tiles.edits import handovers
from services.tiles.edits.applying import apply_all
from services.tiles.edits.contention import Contention
from services.tiles.edits.memory import TileMemory
from services.tiles.edits.outcomes import decode_outcomes, encode_outcomes
from services.tiles.edits.queue import Entry, WriteQueue
from services.tiles.edits.rules import NewStroke, Outcome, Stroke, Version, Write
from services.tiles.edits.versions import defer_batch
from services.tiles.tiles.rules import Tile, TileState
from services.tiles.tiles.states import get_states, get_states_for_update
from shared import tracing
from shared.db import Connection
from shared.errors import Unavailable, UniqueViolated

BATCH_WRITES = 500
BATCH_PIXELS = 20_000
"""The most that one transaction carries: some milliseconds of work, and messages of some 300 KB."""

BATCH = Histogram(
    "tiles_batch", "Changes written in one transaction.", buckets=(1, 3, 10, 30, 100, 200, 300, 500)
)


@dataclass(frozen=True, slots=True)
class _Held:
    """The canvases that a transaction has locked, and the tiles that it has read; others are remembered."""

    canvas_ids: frozenset[int]
    read: Mapping[int, TileState]
    now: datetime


class BatchWriter:
    """Writes batches, one at a time, from what waits in a queue."""

    def __init__(
        self, journal: Journal, activity: ActivityPublisher, queue: WriteQueue, contention: Contention
    ) -> None:
        self._journal = journal
        self._activity = activity
        self._queue = queue
        self._contention = contention
        self._artists = KnownArtists()
        self._memory = TileMemory()

    async def write(self, batch: list[Entry]) -> Sequence[Sequence[Outcome]]:
        """Write a batch and return the outcomes of each entry.

        A letter that is recorded already is answered with its record; one too old, or there twice, fails.
        The batch is left with the other entries, and outcomes are returned of these.
        """
        _drop_letters(batch)
        while batch:
            try:
                return await self._write(batch)
            except UniqueViolated as error:
                if error.constraint != handovers.CONSTRAINT:
                    raise
                if not await self._answer_recorded(batch):
                    raise
        return ()

    async def _write(self, batch: list[Entry]) -> Sequence[Sequence[Outcome]]:
        """Decide, apply and store in one transaction of two round trips.

        The batch grows by entries that have arrived by the time its canvases are locked.
        """
        tracing.continue_trace(None)
        try:
            async with self._journal.transaction() as (conn, changes):
                held = await self._lock(conn, _writes_of(batch))
                self._queue.take(
                    batch, lambda write: self._fits(write, held), most=BATCH_WRITES, most_pixels=BATCH_PIXELS
                )
                _drop_letters(batch)
                writes = _writes_of(batch)
                applied = apply_all(writes, self._states_of(writes, held), changes.number)
                left = [changed.left for changed in applied.tiles.values()]
                outcomes = _outcomes_of(batch, applied.outcomes)
                self._defer(conn, changes, applied.versions, [state.tile for state in left])
                _defer_letters(conn, batch, outcomes)
        except BaseException:
            # Whether it was committed may be unknown, and the database another one after a failover.
            self._memory.clear()
            self._artists.forget()
            raise
        self._remember(applied.versions, left)
        BATCH.observe(len(writes))
        return outcomes

    async def _answer_recorded(self, batch: list[Entry]) -> bool:
        """Settle letters of a batch that were written before and take them out; False if there is none."""
        ids = [entry.letter for entry in batch if entry.letter is not None]
        async with self._journal.transaction() as (conn, _):
            recorded = await handovers.list_recorded(conn, ids)
        for entry in [entry for entry in batch if entry.letter in recorded]:
            outcomes = decode_outcomes(recorded[entry.letter or ""], entry.writes)
            batch.remove(entry)
            entry.on_outcomes(outcomes)
        return bool(recorded)

    async def _lock(self, conn: Connection, writes: Sequence[Write]) -> _Held:
        """Lock the canvases of these writes and read the tiles that are not remembered."""
        self._artists.ensure(conn, {(write.actor.id, write.username) for write in writes})
        tile_ids = {write.tile_id for write in writes}
        if not all(map(self._memory.holds, writes)):
            read = await get_states_for_update(conn, tile_ids)
            seqs = {state.canvas.id: state.canvas.seq for state in read.values()}
            now = max((state.now for state in read.values()), default=datetime.now(UTC))
            self._check(seqs)
            return _Held(frozenset(seqs), read, now)
        strokes = [write for write in writes if isinstance(write, Stroke)]
        rows = await lock_all(conn, {stroke.canvas_id for stroke in strokes if stroke.canvas_id is not None})
        self._check({row.id: row.seq for row in rows})
        changed = {write.tile_id for write in writes if not self._memory.holds(write)}
        read = await get_states(conn, changed) if changed else {}
        return _Held(frozenset(row.id for row in rows), read, rows[0].now)

    def _check(self, seqs: Mapping[int, int]) -> None:
        now = asyncio.get_running_loop().time()
        for canvas_id in self._memory.check(seqs):
            self._contention.note(canvas_id, now)

    def _fits(self, write: Write, held: _Held) -> bool:
        """Return whether all that decides about a write is locked and known.

        An artist without a row must wait for the next batch: inserting the row while a canvas is locked could
        wait for a transaction that inserts the same and waits for the canvas.
        """
        if write.actor.id not in self._artists:
            return False
        return write.tile_id in held.read or (_lies_on(write, held.canvas_ids) and self._memory.holds(write))

    def _states_of(self, writes: Sequence[Write], held: _Held) -> dict[int, TileState]:
        states = dict(held.read)
        for write in writes:
            if write.tile_id not in states and _lies_on(write, held.canvas_ids):
                state = self._memory.recall(write, held.now)
                if state is not None:
                    states[write.tile_id] = state
        return states

    def _defer(
        self, conn: Connection, changes: CanvasChanges, versions: Sequence[Version], tiles: Sequence[Tile]
    ) -> None:
        if not versions:
            return
        defer_batch(conn, changes, tiles, versions)
        unpublished = [one for one in versions if isinstance(one, NewStroke) or one.is_repaint]
        painters = {version.change.author_id for version in unpublished}
        self._activity.defer_publish(conn, painters, datetime.now(UTC))

    def _remember(self, versions: Sequence[Version], left: Sequence[TileState]) -> None:
        last = {version.change.tile.canvas_id: version.change.seq for version in versions}
        by_canvas: dict[int, list[TileState]] = {}
        for state in left:
            by_canvas.setdefault(state.canvas.id, []).append(state)
        for canvas_id, states in by_canvas.items():
            self._memory.keep(states[0].canvas, last[canvas_id], states)


def _writes_of(batch: Iterable[Entry]) -> list[Write]:
    return [write for entry in batch for write in entry.writes]


def _outcomes_of(batch: Iterable[Entry], outcomes: Iterable[Outcome]) -> list[list[Outcome]]:
    remaining = iter(outcomes)
    return [list(islice(remaining, len(entry.writes))) for entry in batch]


def _defer_letters(conn: Connection, batch: Sequence[Entry], outcomes: Sequence[Sequence[Outcome]]) -> None:
    letters = {
        entry.letter: encode_outcomes(of_entry)
        for entry, of_entry in zip(batch, outcomes, strict=True)
        if entry.letter is not None
    }
    if letters:
        handovers.defer_record(conn, letters)


def _drop_letters(batch: list[Entry]) -> None:
    now = time.time()
    seen: set[str] = set()
    for entry in [entry for entry in batch if entry.letter is not None]:
        assert entry.letter is not None
        if entry.latest < now or entry.letter in seen:
            batch.remove(entry)
            entry.fail(Unavailable("tiles", "the letter is too old or repeated"))
        seen.add(entry.letter)


def _lies_on(write: Write, canvas_ids: Set[int]) -> bool:
    return isinstance(write, Stroke) and write.canvas_id in canvas_ids
