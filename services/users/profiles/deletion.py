"""What is done when somebody leaves."""

from __future__ import annotations

from services.users.dashboard import counters
from services.users.follows.store import end_all
from services.users.profiles.store import anonymise
from shared.db import Connection
from shared.messaging.contracts import AccountDeleted


async def deleted(conn: Connection, event: AccountDeleted) -> None:
    """End their follows and leave no name; their work and its likes stay, and so do the stats of it."""
    await end_all(conn, event.account_id)
    if await anonymise(conn, event.account_id):
        counters.add(conn, accounts=-1)
