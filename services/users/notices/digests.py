"""Digests: once a day at most, auth is asked to mail how many notices an artist has not read.

Taking what is due and marking it are one statement, and the command to auth is written with it: so each
digest is requested once, whichever worker is first. Auth's inbox sends it once, however often the command
arrives.
"""

from __future__ import annotations

from services.users.notices import store
from shared.db import Database
from shared.messaging.contracts import SendDigest
from shared.messaging.outbox import Outbox

TAKEN_AT_ONCE = 100
"""Digests per transaction."""


class Digests:
    """Requests the digests that are due."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def request_due(self) -> None:
        """Request all digests that are due."""
        taken = TAKEN_AT_ONCE
        while taken == TAKEN_AT_ONCE:
            async with self._database.transaction() as conn:
                due = await store.take_due_digests(conn, TAKEN_AT_ONCE)
                commands = [SendDigest(account_id=one.recipient_id, counts=one.counts) for one in due]
                # What was unread may have been withdrawn since.
                if wanted := [command for command in commands if command.counts]:
                    self._outbox.defer(conn, *wanted)
            taken = len(due)
