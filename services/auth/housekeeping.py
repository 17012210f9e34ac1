"""What must be done in time; run by the worker."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from services.auth.keys import store as keys
from services.auth.keys.rules import PUBLISHED_AFTERWARDS
from services.auth.mail import store as mail
from services.auth.moderation.service import Moderation
from services.auth.sessions import store as sessions
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

ROUND_SECONDS = 10


async def keep_house(database: Database, moderation: Moderation, refresh_lifetime: timedelta) -> None:
    """Lift suspensions that are over and forget what has expired, every ten seconds, until cancelled."""
    while True:
        try:
            await moderation.lift_suspensions(database)
            async with database.connection() as conn:
                await mail.prune(conn)
                await keys.retire(conn, PUBLISHED_AFTERWARDS)
                while await sessions.prune(conn, refresh_lifetime):
                    continue
        except Unavailable as error:
            log.info("housekeeping waits", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
