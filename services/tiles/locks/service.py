"""Use cases of locks."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal, view
from services.tiles.canvases.service import visible_to
from services.tiles.locks import rules, store
from services.tiles.locks.schemas import LockView
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.rules import Lock, TileState, check_unlocked
from services.tiles.tiles.service import actor_of, seen_by
from shared.db import Connection, Database
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity, account_id_of
from shared.messaging.contracts import LockAcquired, LockReleased

SWEPT_AT_ONCE = 100
"""Expired locks released by one transaction, which holds the canvas."""


class Locks:
    """Taking, renewing and giving back the lock of a tile, and sweeping expired ones."""

    def __init__(self, database: Database, journal: Journal, lifetime: timedelta) -> None:
        self._database = database
        self._journal = journal
        self._lifetime = lifetime

    async def acquire(self, caller: Identity, tile_id: int) -> tuple[LockView, bool]:
        """Take the lock; returns it and whether it is new, False when it was the caller's already.

        Raises NotFound, Conflict `tile_locked`, NotAllowed.
        """
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            state = seen_by(caller, await tiles_store.state_to_change(conn, tile_id))
            actor = actor_of(caller)
            check_unlocked(state.lock, actor)
            if state.lock is not None:
                return LockView.of(tile_id, state.lock, caller.account_id), False
            rules.check_may_acquire(state, actor)
            return await self._give(conn, state, caller), True

    async def renew(self, caller: Identity, tile_id: int) -> LockView:
        """Start the lock's lifetime anew.

        Raises NotFound, Conflict `tile_locked` or `not_locked`, NotAllowed `outside_area`.
        """
        async with self._database.transaction() as conn:
            state = seen_by(caller, await tiles_store.state_to_change(conn, tile_id))
            rules.check_may_renew(state, actor_of(caller))
            return await self._give(conn, state, caller)

    async def release(self, caller: Identity, tile_id: int) -> None:
        """Give the lock back; a tile without a lock is left as it is. Raises NotFound, NotAllowed."""
        async with self._database.transaction() as conn:
            state = seen_by(caller, await tiles_store.state_to_change(conn, tile_id))
            if state.lock is None:
                return
            rules.check_may_release(state.lock, actor_of(caller))
            self._take(conn, state.canvas.id, state.canvas.seq + 1, tile_id, state.lock.holder.id)

    async def status(self, caller: Identity | None, tile_id: int) -> LockView:
        """Return the tile's lock. Raises NotFound."""
        async with self._database.connection() as conn:
            state = seen_by(caller, await tiles_store.state(conn, tile_id))
        return LockView.of(tile_id, state.lock, account_id_of(caller))

    async def list(self, viewer: Identity | None, canvas_id: int, paging: Paging) -> Page[LockView]:
        """Return a slice of the live locks of the canvas's public tiles. Raises NotFound."""
        async with self._database.connection() as conn:
            visible_to(viewer, await canvases_store.get(conn, canvas_id))
            found = await store.listed(conn, canvas_id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda listed: (listed.tile_id,))
        viewer_id = account_id_of(viewer)
        return Page(
            items=[LockView.of(tile_id, lock, viewer_id) for tile_id, lock in items], next_cursor=cursor
        )

    async def sweep(self) -> None:
        """Remove expired locks and tell the viewers; they stopped counting when they expired."""
        async with self._database.connection() as conn:
            canvas_ids = await store.canvases_with_expired(conn)
        for canvas_id in canvas_ids:
            while await self._sweep_canvas(canvas_id) == SWEPT_AT_ONCE:
                pass

    async def _sweep_canvas(self, canvas_id: int) -> int:
        async with self._database.transaction() as conn:
            canvases_store.lead_with_lock(conn, canvas_id)
            expired = await store.expired(conn, canvas_id, SWEPT_AT_ONCE)
            for number, lock in enumerate(expired, 1):
                self._take(conn, canvas_id, lock.seq + number, lock.tile_id, lock.holder_id)
        return len(expired)

    def _take(self, conn: Connection, canvas_id: int, seq: int, tile_id: int, holder_id: int) -> None:
        store.remove(conn, tile_id)
        self._journal.record(
            conn,
            LockReleased(
                canvas_id=canvas_id,
                seq=seq,
                tile_id=tile_id,
                holder_id=holder_id,
                view=view(LockReleased, seq, tile_id=tile_id),
            ),
        )

    async def _give(self, conn: Connection, state: TileState, caller: Identity) -> LockView:
        tile_id, seq = state.tile.id, state.canvas.seq + 1
        lock = Lock(await store.artist(conn, caller.account_id), state.now + self._lifetime)
        store.put(conn, tile_id, caller.account_id, lock.expires_at)
        given = LockView.of(tile_id, lock, caller.account_id)
        public = given.model_dump(mode="json", exclude={"mine"})
        self._journal.record(
            conn,
            LockAcquired(
                canvas_id=state.canvas.id,
                seq=seq,
                tile_id=tile_id,
                holder_id=caller.account_id,
                expires_at=lock.expires_at,
                view=view(LockAcquired, seq, tile_id=tile_id, lock=public),
            ),
        )
        return given


LOCKS = web.AppKey("LOCKS", Locks)
