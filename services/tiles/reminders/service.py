"""Publishing of reminders, by the worker."""

from __future__ import annotations

from datetime import timedelta

from services.tiles.reminders import rules, store
from services.tiles.settings import TilesSettings
from shared.db import Connection, Database
from shared.messaging.contracts import CanvasClosed, CanvasOpened
from shared.messaging.contracts.reminders import LARGEST_AUDIENCE
from shared.messaging.outbox import Outbox

TAKEN_AT_ONCE = 100
"""Locks or areas per transaction."""


class Reminders:
    """Publishes that locks and areas end soon, and that canvases have opened or closed."""

    def __init__(self, database: Database, outbox: Outbox, settings: TilesSettings) -> None:
        self._database = database
        self._outbox = outbox
        self._lock_lead = rules.lead_of(timedelta(seconds=settings.lock_seconds))
        self._area_lead = rules.lead_of(timedelta(seconds=settings.area_seconds))

    async def sweep(self) -> None:
        """Publish each that is due, once, whichever worker is first."""
        for take, lead in (
            (store.take_ending_locks, self._lock_lead),
            (store.take_ending_areas, self._area_lead),
        ):
            taken = TAKEN_AT_ONCE
            while taken == TAKEN_AT_ONCE:
                async with self._database.transaction() as conn:
                    events = await take(conn, lead, TAKEN_AT_ONCE)
                    if events:
                        self._outbox.defer(conn, *events)
                taken = len(events)
        async with self._database.transaction() as conn:
            for moment in await store.take_moments(conn):
                await self._publish(conn, moment)
            await store.prune(conn)

    async def _publish(self, conn: Connection, taken: store.CanvasMoment) -> None:
        event_type = CanvasOpened if taken.kind == "opened" else CanvasClosed
        audience = await store.list_audience(conn, taken.canvas_id)
        for start in range(0, len(audience), LARGEST_AUDIENCE):
            part = list(audience[start : start + LARGEST_AUDIENCE])
            self._outbox.defer(
                conn, event_type(canvas_id=taken.canvas_id, moment=taken.moment, account_ids=part)
            )
