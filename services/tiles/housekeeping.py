"""What must be forgotten in time; run by the worker."""

from __future__ import annotations

import asyncio

import structlog

from services.tiles.canvases import journal
from services.tiles.live import store as live
from services.tiles.settings import TilesSettings
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

ROUND_SECONDS = 60


async def keep_house(database: Database, settings: TilesSettings) -> None:
    """Forget expired WebSocket tickets and old events of canvases, every minute, until cancelled."""
    while True:
        try:
            async with database.connection() as conn:
                await live.forget_expired(conn)
                await journal.prune(
                    conn, older_than_seconds=settings.events_seconds, newest=settings.events_newest
                )
        except Unavailable as error:
            log.info("housekeeping waits", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
