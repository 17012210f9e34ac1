"""The use case of a rollback: decide chunk by chunk, write chunk by chunk, in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from aiohttp import web

from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.regions import Region
from services.tiles.canvases.rules import Canvas
from services.tiles.canvases.service import visible_to
from services.tiles.edits.rules import NewVersion
from services.tiles.edits.versions import defer_versions
from services.tiles.revisions.rules import Change, Content, Kind, Revision, Span, reconstruct
from services.tiles.revisions.store import list_chains
from services.tiles.rollback import rules, store
from services.tiles.rollback.rules import Action, Removed, Step
from services.tiles.rollback.schemas import Rollback, RollbackView, RolledBackTile
from services.tiles.tiles.store import list_by_ids
from shared.db import Connection
from shared.identity import Identity
from shared.messaging.contracts import CanvasRolledBack
from shared.messaging.outbox import Outbox

ItemT = TypeVar("ItemT")

ROLLBACK_SECONDS = 15.0
STATEMENT_SECONDS = 8.0
"""Limits of a whole rollback, checked between its chunks, and of each of its statements.

The gateway waits 20 s for a response, and other writers to the canvas wait as long as the rollback takes.
"""

CHUNK = 32
"""Tiles read or written at a time: some 3 MB of SQL at most, where all at once could come to 300 MB."""

PICTURED_BYTES = 2**20
"""The most pixels that the response holds, where 4096 tiles could come to 64 MB."""

KINDS: Mapping[Action, Kind] = {
    Action.REMOVED: Kind.DELETED,
    Action.REVERTED: Kind.ROLLED_BACK,
    Action.RESTORED: Kind.RESTORED,
}
"""The kind of the revision that each action leaves; a kept tile is not changed."""


class Rollbacks:
    """Taking back what happened on a canvas."""

    def __init__(self, journal: Journal, outbox: Outbox) -> None:
        self._journal = journal
        self._outbox = outbox

    async def roll_back(self, caller: Identity, canvas_id: int, order: Rollback) -> RollbackView:
        """Take back what happened after a moment, or only show what that would do.

        A preview reads without the canvas's lock and delays no writer. Raises NotFound, Invalid for a moment
        in the future, Conflict `rollback_too_large`.
        """
        deadline = time.monotonic() + ROLLBACK_SECONDS
        async with self._journal.transaction(statement=STATEMENT_SECONDS) as (conn, changes):
            if not order.dry_run:
                ensure_artist(conn, caller)
                prepend_lock(conn, canvas_id)
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            now = await store.get_now(conn)
            rules.check_moment(order.since, now)
            steps = await _decide(conn, canvas, order, now, deadline)
            changing = [step for step in steps if step.action in KINDS]
            counts = Counter(step.action for step in steps)
            if not order.dry_run:
                await _write(conn, changes, canvas, changing, caller.account_id, deadline)
                self._outbox.defer(conn, _describe(order, canvas, caller, counts))
        pictured = PICTURED_BYTES // canvas.tile_size**2
        return RollbackView(
            dry_run=order.dry_run,
            seq=canvas.seq + (0 if order.dry_run else len(changing)),
            removed=counts[Action.REMOVED],
            reverted=counts[Action.REVERTED],
            restored=counts[Action.RESTORED],
            kept=counts[Action.KEPT],
            tiles=[RolledBackTile.of(step, with_pixels=n < pictured) for n, step in enumerate(steps)],
        )


def _describe(
    order: Rollback, canvas: Canvas, caller: Identity, counts: Mapping[Action, int]
) -> CanvasRolledBack:
    return CanvasRolledBack(
        canvas_id=canvas.id,
        actor_id=caller.account_id,
        since=order.since,
        artist_id=order.user_id,
        area=order.area and order.area.model_dump(),
        reverted=counts[Action.REVERTED],
        removed=counts[Action.REMOVED],
        restored=counts[Action.RESTORED],
    )


async def _write(
    conn: Connection,
    changes: CanvasChanges,
    canvas: Canvas,
    steps: Sequence[Step],
    account_id: int,
    deadline: float,
) -> None:
    """Write the steps in chunks of one action each, removals before restorations."""
    for action, of_action in groupby(steps, key=lambda step: step.action):
        for chunk in _chunks([step.tile for step in of_action]):
            versions = [
                NewVersion(
                    Change.of(tile, KINDS[action], changes.number(canvas), account_id),
                    account_id,
                    is_rollback=True,
                )
                for tile in chunk
            ]
            defer_versions(conn, changes, versions)
            changes.defer()
            await conn.flush()
            rules.check_duration(deadline - time.monotonic())


async def _decide(
    conn: Connection, canvas: Canvas, order: Rollback, now: datetime, deadline: float
) -> list[Step]:
    """Decide what is done to which tile; returns the steps in the order in which they are written."""
    spans = await _list_spans(conn, canvas, order)
    rules.check_extent(len(spans))
    steps: list[Step] = []
    wanted: list[tuple[Removed, Content]] = []
    for chunk in _chunks(spans):
        rules.check_duration(deadline - time.monotonic())
        revisions = await list_chains(conn, chunk)
        targets = await asyncio.to_thread(_targets, chunk, revisions, order.user_id)
        existing = {tile.id: tile for tile in await list_by_ids(conn, list(targets))}
        for tile_id, tile in existing.items():
            step = rules.turn_back(tile, targets[tile_id], now)
            if step is not None:
                steps.append(step)
        gone = {tile_id for tile_id, target in targets.items() if target} - existing.keys()
        for removed in await store.list_removed(conn, gone) if gone else ():
            target = targets[removed.id]
            assert target is not None
            wanted.append((removed, target))
    freed = {(step.tile.x, step.tile.y) for step in steps if step.action is Action.REMOVED}
    steps += rules.put_back(wanted, freed, now)
    return sorted(steps, key=lambda step: (list(Action).index(step.action), step.tile.id))


def _chunks(items: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


async def _list_spans(conn: Connection, canvas: Canvas, order: Rollback) -> Sequence[Span]:
    area = Region(0, 0, canvas.columns, canvas.rows)
    if order.area is not None:
        area = Region(**order.area.model_dump())
    count = rules.MAX_ROLLED_BACK + 1
    if order.user_id is None:
        return await store.list_changed_since(conn, canvas.id, area, order.since, count)
    return await store.list_changed_by(conn, canvas.id, area, order.since, order.user_id, count)


def _targets(
    spans: Sequence[Span], revisions: Mapping[int, Sequence[Revision]], artist_id: int | None
) -> dict[int, Content | None]:
    """Return what each tile should be: as it was then, with what others than the artist have done since."""
    targets = {}
    for span in spans:
        of_tile = revisions.get(span.tile_id, [])
        content = reconstruct([r for r in of_tile if r.version <= span.version])
        if artist_id is not None:
            later = [r for r in of_tile if r.version > span.version]
            content = rules.content_without(artist_id, content, later)
        targets[span.tile_id] = content
    return targets


ROLLBACKS = web.AppKey("ROLLBACKS", Rollbacks)
