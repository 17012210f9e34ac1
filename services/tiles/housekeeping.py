"""What the worker deletes once its time is over."""

from __future__ import annotations

import asyncio

import structlog

from services.tiles.areas.service import Areas
from services.tiles.canvases import journal
from services.tiles.live import store as live
from services.tiles.locks.service import Locks
from services.tiles.settings import TilesSettings
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

ROUND_SECONDS = 5
"""How long an expired lock or area may still be on viewers' screens."""


async def run_housekeeping(database: Database, settings: TilesSettings, locks: Locks, areas: Areas) -> None:
    """Delete expired tickets, locks and areas and old events of canvases, again and again, until cancelled.

    Several workers may do so at the same time: each change happens under its canvas's lock.
    """
    while True:
        try:
            async with database.connection() as conn:
                await live.delete_expired_tickets(conn)
                await journal.prune(
                    conn, older_than_seconds=settings.events_seconds, newest=settings.events_newest
                )
            await locks.sweep()
            await areas.sweep()
        except Unavailable as error:
            log.info("housekeeping paused", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
