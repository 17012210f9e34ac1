"""What the worker does every minute: request digests that are due, and forget old evidence of reports."""

from __future__ import annotations

import asyncio

import structlog

from services.users.notices.digests import Digests
from services.users.reports import store as reports
from services.users.reports.rules import EVIDENCE_KEPT
from shared.db import Database
from shared.errors import Unavailable
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

ROUND_SECONDS = 60


async def run_housekeeping(database: Database, outbox: Outbox) -> None:
    """Do so every ROUND_SECONDS, until cancelled; several workers may at the same time."""
    digests = Digests(database, outbox)
    while True:
        try:
            await digests.request_due()
            async with database.connection() as conn:
                await reports.forget_evidence(conn, EVIDENCE_KEPT)
        except Unavailable as error:
            log.info("housekeeping paused", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
