"""What must be forgotten in time; run by the worker."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from services.auth.sessions import store as sessions
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

ROUND_SECONDS = 60


async def keep_house(database: Database, refresh_lifetime: timedelta) -> None:
    """Forget expired sessions, refresh tokens and counts of logins, every minute, until cancelled."""
    while True:
        try:
            async with database.connection() as conn:
                while await sessions.prune(conn, refresh_lifetime):
                    continue
        except Unavailable as error:
            log.info("housekeeping waits", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
