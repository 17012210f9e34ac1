"""Use cases of locks."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import Canvas, CanvasSeq
from services.tiles.canvases.service import visible_to
from services.tiles.locks import rules, store
from services.tiles.locks.schemas import LockView
from services.tiles.tiles.rules import Lock, TileState, check_unlocked
from services.tiles.tiles.service import state_visible_to
from services.tiles.tiles.states import get_state, get_state_for_update
from shared.db import Connection, Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity, account_id_of
from shared.messaging.contracts import LockAcquired, LockReleased

SWEPT_AT_ONCE = 100
"""Expired locks deleted per transaction, which holds the canvas."""


class Locks:
    """Acquiring, renewing and releasing the lock of a tile, and deleting expired ones."""

    def __init__(self, database: Database, journal: Journal, lifetime: timedelta) -> None:
        self._database = database
        self._journal = journal
        self._lifetime = lifetime

    async def acquire(self, caller: Identity, tile_id: int) -> tuple[LockView, bool]:
        """Acquire the lock; returns it and whether it is new, False if the caller held it already.

        Raises NotFound, Conflict `tile_locked`, NotAllowed.
        """
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            actor = actor_of(caller)
            check_unlocked(state.lock, actor)
            if state.lock is not None:
                return LockView.of(tile_id, state.lock, caller.account_id), False
            rules.check_may_acquire(state, actor)
            return await self._give(conn, changes, state, caller), True

    async def renew(self, caller: Identity, tile_id: int) -> LockView:
        """Restart the lock's lifetime.

        Raises NotFound, Conflict `tile_locked` or `not_locked`, NotAllowed `outside_area`.
        """
        async with self._journal.transaction() as (conn, changes):
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            rules.check_may_renew(state, actor_of(caller))
            return await self._give(conn, changes, state, caller)

    async def release(self, caller: Identity, tile_id: int) -> None:
        """Release the lock, if the tile has one. Raises NotFound, NotAllowed."""
        async with self._journal.transaction() as (conn, changes):
            state = state_visible_to(caller, await get_state_for_update(conn, tile_id))
            if state.lock is None:
                return
            rules.check_may_release(state.lock, actor_of(caller))
            _defer_release(conn, changes, state.canvas, tile_id, state.lock.holder.id, caller.account_id)

    async def get(self, caller: Identity | None, tile_id: int) -> LockView:
        """Return the tile's lock. Raises NotFound."""
        async with self._database.connection() as conn:
            state = state_visible_to(caller, await get_state(conn, tile_id))
        return LockView.of(tile_id, state.lock, account_id_of(caller))

    async def list(self, viewer: Identity | None, canvas_id: int, paging: Paging) -> Page[LockView]:
        """Return a slice of the live locks of the canvas's public tiles. Raises NotFound."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.list_live(conn, canvas_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda listed: (listed.tile_id,))
        viewer_id = account_id_of(viewer)
        return Page(
            items=[LockView.of(tile_id, lock, viewer_id) for tile_id, lock in items], next_cursor=cursor
        )

    async def sweep(self) -> None:
        """Delete expired locks, with an event for each; they ceased to hold when they expired."""
        async with self._database.connection() as conn:
            canvas_ids = await store.list_canvases_with_expired(conn)
        for canvas_id in canvas_ids:
            while await self._sweep_canvas(canvas_id) == SWEPT_AT_ONCE:
                pass

    async def _sweep_canvas(self, canvas_id: int) -> int:
        async with self._journal.transaction() as (conn, changes):
            prepend_lock(conn, canvas_id)
            canvas, expired = await store.list_expired(conn, canvas_id, SWEPT_AT_ONCE)
            for lock in expired:
                _defer_release(conn, changes, canvas, lock.tile_id, lock.holder_id)
        return len(expired)

    async def _give(
        self, conn: Connection, changes: CanvasChanges, state: TileState, caller: Identity
    ) -> LockView:
        """Give the lock to the caller for a whole lifetime."""
        tile_id = state.tile.id
        lock = Lock(await store.get_artist(conn, caller.account_id), state.now + self._lifetime)
        store.defer_put(conn, tile_id, caller.account_id, lock.expires_at)
        given = LockView.of(tile_id, lock, caller.account_id)
        changes.record(
            LockAcquired,
            state.canvas,
            {"tile_id": tile_id, "lock": given.model_dump(mode="json", exclude={"mine"})},
            tile_id=tile_id,
            holder_id=caller.account_id,
            expires_at=lock.expires_at,
        )
        return given


def _defer_release(
    conn: Connection,
    changes: CanvasChanges,
    canvas: Canvas | CanvasSeq,
    tile_id: int,
    holder_id: int,
    actor_id: int | None = None,
) -> None:
    """Delete a lock that `actor_id` releases, or that has expired."""
    store.defer_delete(conn, tile_id)
    shown = {"tile_id": tile_id}
    changes.record(LockReleased, canvas, shown, tile_id=tile_id, holder_id=holder_id, actor_id=actor_id)


LOCKS = web.AppKey("LOCKS", Locks)
