"""What users does when an account is deleted."""

from __future__ import annotations

from services.users import counters
from services.users.follows.store import end_all_follows
from services.users.profiles.store import anonymise_profile
from shared.db import Connection
from shared.messaging.contracts import AccountDeleted


async def delete_account(conn: Connection, event: AccountDeleted) -> None:
    """End the account's follows and remove its name; its work, likes and stats stay."""
    await end_all_follows(conn, event.account_id)
    if await anonymise_profile(conn, event.account_id):
        counters.defer_add_to_totals(conn, accounts=-1)
