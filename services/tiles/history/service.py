"""Use cases of history."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from aiohttp import web

from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.rules import Canvas, Region
from services.tiles.canvases.service import visible_to
from services.tiles.history import rules, store
from services.tiles.history.rules import Action, Change, Content, Kind, Removed, Revision, Span, Step
from services.tiles.history.schemas import RevisionView, Rollback, RollbackView, RolledBackTile, VersionView
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.events import tile_event
from services.tiles.tiles.rules import Tile, changed, check_may_revert, check_version
from services.tiles.tiles.service import actor_of, seen_by
from shared.db import Connection, Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import TileCreated, TileDeleted, TileUpdated

ItemT = TypeVar("ItemT")

ROLLBACK_SECONDS = 15.0
STATEMENT_SECONDS = 8.0
"""For a rollback as a whole, checked between its chunks, and for each statement of it.

The gateway waits 20 s for an answer, and other writers on the canvas for as long as it takes.
"""

CHUNK = 32
"""Tiles read or written at a time: some 3 MB of SQL at most, where all at once might come to 300."""

PICTURED_BYTES = 2**20
"""Pixels that the answer to a rollback holds at most, where 4096 tiles might come to 64 MB."""

_DONE: dict[Action, tuple[Kind, type[TileCreated | TileUpdated | TileDeleted], int]] = {
    Action.REMOVED: (Kind.DELETED, TileDeleted, -1),
    Action.REVERTED: (Kind.ROLLED_BACK, TileUpdated, 0),
    Action.RESTORED: (Kind.RESTORED, TileCreated, 1),
}
"""Kind of the revision, event, and what it adds to the canvas's count of tiles, in the order of doing."""


class History:
    """Showing what a tile was, and taking changes back."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def list(self, caller: Identity | None, tile_id: int, paging: Paging) -> Page[RevisionView]:
        """Return a slice of a tile's revisions, newest first. Raises NotFound."""
        before = after_id(paging) or store.NEWEST
        async with self._database.connection() as conn:
            seen_by(caller, await tiles_store.state(conn, tile_id))
            found = await store.listed(conn, tile_id, before=before, count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda entry: (entry.version,))
        return Page(items=[RevisionView.model_validate(entry) for entry in items], next_cursor=cursor)

    async def version(self, caller: Identity | None, tile_id: int, version: int) -> VersionView:
        """Return a version of a tile with its pixels. Raises NotFound for tile or version."""
        async with self._database.connection() as conn:
            seen_by(caller, await tiles_store.state(conn, tile_id))
            entry = rules.known(await store.entry(conn, tile_id, version))
            made_of = await store.up_to(conn, tile_id, version)
        return VersionView.showing(entry, rules.reconstruct(made_of))

    async def revert(
        self, caller: Identity, tile_id: int, version: int, expected_version: int | None
    ) -> Tile:
        """Bring the pixels of a version back as a new one.

        Raises NotFound for tile or version, Conflict `tile_locked`, NotAllowed, StaleVersion.
        """
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            state = seen_by(caller, await tiles_store.state_to_change(conn, tile_id))
            check_may_revert(state, actor_of(caller))
            check_version(state.tile, expected_version)
            content = rules.known(rules.reconstruct(await store.up_to(conn, tile_id, version)))
            tile = changed(state, {"pixels": content.pixels})
            seq = state.canvas.seq + 1
            tiles_store.save(conn, tile)
            store.keep(conn, Change.of(tile, Kind.REVERTED, seq, caller.account_id))
            self._journal.record(conn, tile_event(TileUpdated, seq, tile, caller.account_id))
        return tile

    async def roll_back(self, caller: Identity, canvas_id: int, order: Rollback) -> RollbackView:
        """Take back what happened after a moment, or only tell what that would do.

        A preview holds nobody up: it reads without the canvas's lock. Raises NotFound, Invalid for a moment
        in the future, Conflict `rollback_too_large`.
        """
        deadline = time.monotonic() + ROLLBACK_SECONDS
        async with self._database.transaction(statement=STATEMENT_SECONDS) as conn:
            if not order.dry_run:
                lead_with_meeting(conn, caller)
                canvases_store.lead_with_lock(conn, canvas_id)
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            now = await store.now(conn)
            rules.check_moment(order.since, now)
            steps = await _steps(conn, canvas, order, now, deadline)
            done = [step for step in steps if step.action in _DONE]
            if not order.dry_run:
                await self._take(conn, canvas, done, caller, deadline)
        counts = Counter(step.action for step in steps)
        pictured = PICTURED_BYTES // canvas.tile_size**2
        return RollbackView(
            dry_run=order.dry_run,
            seq=canvas.seq + (0 if order.dry_run else len(done)),
            removed=counts[Action.REMOVED],
            reverted=counts[Action.REVERTED],
            restored=counts[Action.RESTORED],
            kept=counts[Action.KEPT],
            tiles=[RolledBackTile.of(step, with_pixels=n < pictured) for n, step in enumerate(steps)],
        )

    async def _take(
        self, conn: Connection, canvas: Canvas, steps: Sequence[Step], caller: Identity, deadline: float
    ) -> None:
        """Write steps down, removals before restorations, and give each the canvas's next number."""
        seq = canvas.seq
        for action, of_action in groupby(steps, key=lambda step: step.action):
            kind, event_type, tiles_added = _DONE[action]
            for chunk in _chunks([step.tile for step in of_action]):
                author_id = caller.account_id
                changes = [Change.of(tile, kind, seq + n, author_id) for n, tile in enumerate(chunk, 1)]
                events = [tile_event(event_type, c.seq, c.tile, author_id) for c in changes]
                _WRITE[action](conn, *chunk)
                store.keep(conn, *changes)
                self._journal.record(conn, *events, tiles_added=tiles_added * len(chunk))
                await conn.flush()
                rules.check_duration(deadline - time.monotonic())
                seq += len(chunk)


_WRITE = {
    Action.REMOVED: store.remove,
    Action.REVERTED: tiles_store.save,
    Action.RESTORED: store.restore,
}


async def _steps(
    conn: Connection, canvas: Canvas, order: Rollback, now: datetime, deadline: float
) -> list[Step]:
    """Decide what is done to which tile, in the order of doing it."""
    concerned = await _concerned(conn, canvas, order)
    rules.check_extent(len(concerned))
    steps: list[Step] = []
    wanted: list[tuple[Removed, Content]] = []
    for chunk in _chunks(concerned):
        rules.check_duration(deadline - time.monotonic())
        found = await store.chains(conn, chunk)
        targets = await asyncio.to_thread(_targets, chunk, found, order.user_id)
        present = {tile.id: tile for tile in await tiles_store.with_ids(conn, list(targets))}
        for tile_id, tile in present.items():
            step = rules.turn_back(tile, targets[tile_id], now)
            if step is not None:
                steps.append(step)
        gone = {tile_id for tile_id, target in targets.items() if target} - present.keys()
        for removed in await store.removed(conn, gone) if gone else ():
            target = targets[removed.id]
            assert target is not None
            wanted.append((removed, target))
    freed = {(step.tile.x, step.tile.y) for step in steps if step.action is Action.REMOVED}
    steps += rules.put_back(wanted, freed, now)
    return sorted(steps, key=lambda step: (list(Action).index(step.action), step.tile.id))


def _chunks(items: Sequence[ItemT]) -> Iterator[Sequence[ItemT]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


async def _concerned(conn: Connection, canvas: Canvas, order: Rollback) -> Sequence[Span]:
    area = Region(0, 0, canvas.columns, canvas.rows)
    if order.area is not None:
        area = Region(**order.area.model_dump())
    count = rules.MAX_ROLLED_BACK + 1
    if order.user_id is None:
        return await store.changed_since(conn, canvas.id, area, order.since, count)
    return await store.changed_by(conn, canvas.id, area, order.since, order.user_id, count)


def _targets(
    spans: Sequence[Span], found: dict[int, list[Revision]], artist_id: int | None
) -> dict[int, Content | None]:
    """Return what each tile is to be: as it stood, with what others than the artist did then."""
    targets = {}
    for span in spans:
        revisions = found.get(span.tile_id, [])
        content = rules.reconstruct([r for r in revisions if r.version <= span.version])
        if artist_id is not None:
            later = [r for r in revisions if r.version > span.version]
            content = rules.content_without(artist_id, content, later)
        targets[span.tile_id] = content
    return targets


HISTORY = web.AppKey("HISTORY", History)
