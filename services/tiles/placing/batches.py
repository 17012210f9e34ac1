"""Group commit: placements that arrive on a canvas while others are being written are written together.

Each canvas has a queue of its own, so that one that another transaction holds delays no other. The queues
take turns, one batch each. A batch is chosen once the canvas is locked: with several processes on one canvas
each then writes all that has arrived while it waited.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Set
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from prometheus_client import Histogram

from services.tiles.artists.activity import ActivityPublisher
from services.tiles.artists.known import KnownArtists
from services.tiles.canvases.access import no_such_canvas
from services.tiles.canvases.journal import CanvasChanges, Journal, view
from services.tiles.placing import store
from services.tiles.placing.memory import TileMemory
from services.tiles.placing.rules import Board, Outcome, Pixels, Placement, Result, apply_all, cells_of
from services.tiles.revisions.store import defer_keep as defer_revisions
from shared import tracing
from shared.db import Connection
from shared.errors import TooManyRequests, Unavailable

log = structlog.get_logger(__name__)

BATCH_PLACEMENTS = 500
BATCH_TILES = 512
"""The most that one transaction carries; the tiles, of up to 16 KiB, come to 8 MiB at most."""

WRITERS = 4
"""Canvases written at a time, each over a connection."""

OVERLOADED_RETRY_SECONDS = 1.0

PLACED = "pixels.placed"
"""The kind of a placement; only viewers receive placements, so that it is no event of services."""

BATCH = Histogram(
    "tiles_placements", "Placements written in one transaction.", buckets=(1, 3, 10, 30, 100, 200, 300, 500)
)

OnOutcome = Callable[[Outcome], None]


class Entry(NamedTuple):
    """A placement, and what is called once with its outcome: when it is durable or has failed."""

    placement: Placement
    on_outcome: OnOutcome


class PlacementBatches:
    """Queues placements from sockets and requests and writes them; at most `longest` wait at a time."""

    def __init__(self, journal: Journal, activity: ActivityPublisher, *, longest: int) -> None:
        self._journal = journal
        self._activity = activity
        self._longest = longest
        self._artists = KnownArtists()
        self._memory = TileMemory()
        self._count = 0
        self._waiting: dict[int, deque[Entry]] = {}
        """By canvas; a canvas is here exactly as long as it has a place in `_turns` or is being written."""
        self._turns: asyncio.Queue[int] = asyncio.Queue()

    def submit(self, placement: Placement, on_outcome: OnOutcome) -> None:
        """Queue a placement. Raises TooManyRequests `overloaded` when too many wait."""
        if self._count >= self._longest:
            raise TooManyRequests(
                "overloaded",
                "Too many changes are waiting to be written.",
                retry_after=OVERLOADED_RETRY_SECONDS,
            )
        canvas_id = placement.canvas_id
        if canvas_id not in self._waiting:
            self._waiting[canvas_id] = deque()
            self._turns.put_nowait(canvas_id)
        self._waiting[canvas_id].append(Entry(placement, on_outcome))
        self._count += 1

    async def run(self) -> None:
        """Write what waits until cancelled."""
        async with asyncio.TaskGroup() as writers:
            for _ in range(WRITERS):
                writers.create_task(self._write_in_turn())

    async def _write_in_turn(self) -> None:
        while True:
            canvas_id = await self._turns.get()
            batch: list[Entry] = []
            try:
                outcomes = await self._write(canvas_id, batch)
            except Exception as error:
                if not isinstance(error, Unavailable):
                    log.exception("placements not written", canvas_id=canvas_id, placements=len(batch))
                # The database may be another one after a failover.
                self._artists.forget()
                self._memory.clear()
                # Those behind them would wait as long for the same answer.
                self._take(canvas_id, batch, None)
                self._fail(batch, error)
            else:
                for entry, outcome in zip(batch, outcomes, strict=True):
                    entry.on_outcome(outcome)
            if self._waiting[canvas_id]:
                self._turns.put_nowait(canvas_id)
            else:
                del self._waiting[canvas_id]

    async def _write(self, canvas_id: int, batch: list[Entry]) -> Iterable[Outcome]:
        """Lock the canvas, fill the batch, and write it in one transaction; returns the outcome of each."""
        tracing.continue_trace(None)
        artists = {(entry.placement.actor.id, entry.placement.username) for entry in self._waiting[canvas_id]}
        async with self._journal.transaction() as (conn, changes):
            # Before the canvas: inserting an artist while holding it could wait for one who waits for it.
            self._artists.ensure(conn, artists)
            board = await store.get_board(conn, canvas_id)
            self._take(canvas_id, batch, {artist_id for artist_id, _ in artists})
            placements = [entry.placement for entry in batch]
            if board is None:
                return [no_such_canvas() for _ in batch]
            await store.read_artists(conn, board, placements)
            board.tiles = self._memory.take(board.canvas)
            touched = {cell for p in placements for cell in cells_of(p.pixels, board.canvas.tile_size)}
            unknown = touched - board.tiles.keys()
            await store.read_tiles(conn, board, unknown)
            result = apply_all(placements, board, changes.number)
            shown = [
                (one.kept.placed.seq, one.placement.actor.id, one.placement.pixels) for one in result.kept
            ]
            defer_result(conn, changes, board, result, shown)
            if result.kept:
                store.defer_spend(conn, board, result.spent)
                store.defer_count(conn, canvas_id, result.placed)
                store.defer_keep(conn, board, result.kept)
                self._activity.defer_publish(conn, result.spent.keys(), datetime.now(UTC))
        for cell in unknown:
            if board.tiles[cell].version == 0:  # of a placement that was refused
                del board.tiles[cell]
        self._memory.keep(
            board.canvas, result.changes[-1].seq if result.changes else board.canvas.seq, board.tiles
        )
        BATCH.observe(len(batch))
        return result.outcomes

    def _take(self, canvas_id: int, batch: list[Entry], artists: Set[int] | None) -> None:
        """Move placements to the batch, in order, up to its bounds; all that wait if `artists` is None.

        One by an artist without a row, who is not among these, and those behind it wait for the next batch.
        """
        waiting = self._waiting[canvas_id]
        blocks = 0
        while waiting and (artists is None or (len(batch) < BATCH_PLACEMENTS and blocks < BATCH_TILES)):
            artist_id = waiting[0].placement.actor.id
            if artists is not None and artist_id not in artists and artist_id not in self._artists:
                break
            entry = waiting.popleft()
            batch.append(entry)
            blocks += len({(x >> 4, y >> 4) for x, y, _ in entry.placement.pixels})
            self._count -= 1

    @staticmethod
    def _fail(batch: Iterable[Entry], error: Exception) -> None:
        for entry in batch:
            entry.on_outcome(error)


def defer_result(
    conn: Connection,
    changes: CanvasChanges,
    board: Board,
    result: Result,
    shown: Iterable[tuple[int, int, Pixels]],
) -> None:
    """Store what placements leave, with a change for viewers for each: number, artist and pixels."""
    if not result.changes:
        return
    store.defer_save(conn, board, result.touched)
    defer_revisions(conn, result.changes)
    changes.use(
        board.canvas.id, (colour for change in result.changes for colour in (change.stroke or b"")[2::3])
    )
    tiles_added = sum(change.version == 1 for change in result.changes)
    for seq, artist_id, pixels in shown:
        changes.add_unpublished(
            board.canvas.id,
            view(PLACED, seq, artist_id=artist_id, pixels=pixels),
            tiles_added=tiles_added,
        )
        tiles_added = 0
