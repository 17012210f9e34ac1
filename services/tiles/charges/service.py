"""Use cases of charges; they are spent where pixels are written, in `edits`."""

from __future__ import annotations

from aiohttp import web

from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import Mode, check_mode
from services.tiles.canvases.service import visible_to
from services.tiles.charges import store
from services.tiles.charges.rules import Charges, count_charges
from shared.db import Database
from shared.identity import Identity
from shared.messaging.outbox import Outbox

PUBLISHED_AT_ONCE = 100
"""Canvases per round of the worker."""


class ChargesOfArtists:
    """Showing charges."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, caller: Identity, canvas_id: int) -> Charges:
        """Return the caller's charges on a canvas. Raises NotFound, Conflict `wrong_mode`."""
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            check_mode(canvas, Mode.PLACE)
            assert canvas.placing is not None
            full_at, now = await store.get_full_at(conn, canvas_id, caller.account_id)
        return count_charges(canvas.placing, full_at, now)


async def publish_placed(database: Database, outbox: Outbox) -> None:
    """Publish how many pixels artists have placed, where that has changed."""
    async with database.connection() as conn:
        canvas_ids = await store.list_unpublished(conn, PUBLISHED_AT_ONCE)
    for canvas_id in canvas_ids:
        async with database.transaction() as conn:
            prepend_lock(conn, canvas_id)
            events = await store.publish(conn, canvas_id)
            if events:
                outbox.defer(conn, *events)


CHARGES = web.AppKey("CHARGES", ChargesOfArtists)
