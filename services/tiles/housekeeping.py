"""What must be forgotten in time; run by the worker."""

from __future__ import annotations

import asyncio

import structlog

from services.tiles.live import store as live
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

ROUND_SECONDS = 60


async def keep_house(database: Database) -> None:
    """Forget expired WebSocket tickets, every minute, until cancelled."""
    while True:
        try:
            async with database.connection() as conn:
                await live.forget_expired(conn)
        except Unavailable as error:
            log.info("housekeeping waits", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
