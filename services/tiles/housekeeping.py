"""What the worker deletes once its time is over."""

from __future__ import annotations

import asyncio

import structlog

from services.tiles.areas.service import Areas
from services.tiles.canvases import journal
from services.tiles.charges.service import publish_placed
from services.tiles.chat import store as chat
from services.tiles.departures.service import Departures
from services.tiles.edits import handovers
from services.tiles.films import store as films
from services.tiles.live import store as live
from services.tiles.locks.service import Locks
from services.tiles.members import store as members
from services.tiles.pixels.service import Pixels
from services.tiles.placing import store as placing
from services.tiles.reminders.service import Reminders
from services.tiles.settings import TilesSettings
from shared.db import Database
from shared.errors import Unavailable
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

ROUND_SECONDS = 5
"""How long an expired lock or area may still be on viewers' screens."""


async def run_housekeeping(
    database: Database,
    outbox: Outbox,
    settings: TilesSettings,
    locks: Locks,
    areas: Areas,
    departures: Departures,
) -> None:
    """Delete what has expired (tickets, letters, placements, locks, areas, old events), until cancelled.

    The same for old messages of chats and films. Remind artists of what ends or begins. Publish what was
    placed, keep the origins of the pixels of busy tiles, and see to the canvases of artists who left.

    Several workers may do so at the same time: each change happens under its canvas's lock.
    """
    pixels = Pixels(database)
    reminders = Reminders(database, outbox, settings)
    while True:
        try:
            async with database.connection() as conn:
                await live.delete_expired_tickets(conn)
                await placing.prune(conn)
                await handovers.prune(conn)
                await members.prune(conn)
                await films.prune(conn)
                await journal.prune(
                    conn, older_than_seconds=settings.events_seconds, newest=settings.events_newest
                )
                await chat.prune(conn, older_than_seconds=settings.messages_seconds)
            await reminders.sweep()
            await locks.sweep()
            await areas.sweep()
            await departures.sweep()
            await publish_placed(database, outbox)
            await pixels.keep_up()
        except Unavailable as error:
            log.info("housekeeping paused", reason=str(error))
        await asyncio.sleep(ROUND_SECONDS)
