"""Canvases of artists who left: each is deleted, or offered to the heir, in a transaction of its own.

What auth reports is only recorded in the transaction of its message, as an artist may own any number of
canvases and each changes under its own lock. The worker does the rest, and goes on where it was if it is
stopped.
"""

from __future__ import annotations

from dataclasses import replace

from services.tiles.artists.store import ensure_artists
from services.tiles.canvases import store as canvases
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.departures import store
from services.tiles.departures.store import Departure
from services.tiles.offers import store as offers
from shared.db import Connection, Database
from shared.messaging.contracts import AccountDeleted, CanvasDeleted, CanvasOffered
from shared.messaging.outbox import Outbox


async def record_departure(conn: Connection, event: AccountDeleted) -> None:
    """Record what becomes of the canvases of a deleted account, unless they stay."""
    if event.canvases == "keep":
        return
    if event.canvases == "transfer" and event.heir_id is not None:
        ensure_artists(conn, [(event.heir_id, event.heir_username or "")])
    await store.add(conn, event.account_id, event.heir_id)


class Departures:
    """Deletes the canvases of artists who left, or offers them to their heirs."""

    def __init__(self, database: Database, journal: Journal, outbox: Outbox) -> None:
        self._database = database
        self._journal = journal
        self._outbox = outbox

    async def sweep(self) -> None:
        """Do what is left to do for every recent departure."""
        async with self._database.connection() as conn:
            found = await store.list_all(conn)
        for departure in found:
            if not departure.is_heir_gone:
                await self._settle(departure)
        if found:
            async with self._database.connection() as conn:
                await store.prune(conn)

    async def _settle(self, departure: Departure) -> None:
        while True:
            async with self._database.connection() as conn:
                canvas_ids = await store.list_canvases(conn, departure)
            for canvas_id in canvas_ids:
                await self._settle_canvas(departure, canvas_id)
            if len(canvas_ids) < store.CANVASES_AT_ONCE:
                return

    async def _settle_canvas(self, departure: Departure, canvas_id: int) -> None:
        async with self._journal.transaction() as (conn, changes):
            prepend_lock(conn, canvas_id)
            canvas = await canvases.get(conn, canvas_id)
            # Another worker may have been first.
            if canvas is None or not canvas.is_active or canvas.owner.id != departure.artist_id:
                return
            if departure.heir is None:
                canvases.defer_save(conn, replace(canvas, is_active=False))
                changes.record(
                    CanvasDeleted, canvas, {}, owner_id=canvas.owner.id, actor_id=departure.artist_id
                )
                return
            if await offers.was_made(conn, canvas_id, departure.heir.id):
                return
            await offers.put(conn, canvas_id, departure.heir.id)
            self._outbox.defer(
                conn,
                CanvasOffered(canvas_id=canvas_id, actor_id=departure.artist_id, heir_id=departure.heir.id),
            )
