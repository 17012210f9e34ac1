"""Periodic work, which the worker runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from services.auth.challenges import store as challenges
from services.auth.exports import store as exports
from services.auth.factors import store as factors
from services.auth.keys import store as keys
from services.auth.keys.rules import PUBLISHED_AFTERWARDS
from services.auth.mail import store as mail
from services.auth.moderation.service import ModerationHandler
from services.auth.sessions import store as sessions
from services.auth.throttling import store as throttling
from shared.db import Database
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 10


async def run_housekeeping(
    database: Database, moderation: ModerationHandler, refresh_lifetime: timedelta
) -> None:
    """Lift expired suspensions and delete expired rows every INTERVAL_SECONDS, until cancelled."""
    while True:
        try:
            await moderation.lift_suspensions(database)
            async with database.connection() as conn:
                await mail.prune(conn)
                await keys.retire_keys(conn, PUBLISHED_AFTERWARDS)
                while (
                    await sessions.prune(conn, refresh_lifetime)
                    + await throttling.prune(conn)
                    + await challenges.prune(conn)
                    + await factors.prune(conn)
                    + await exports.prune(conn)
                ):
                    continue
        except Unavailable as error:
            log.info("housekeeping paused", reason=str(error))
        await asyncio.sleep(INTERVAL_SECONDS)
