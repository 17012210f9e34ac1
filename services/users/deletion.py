"""What users does when an account is deleted."""

from __future__ import annotations

from services.users import counters
from services.users.follows.store import end_all_follows
from services.users.ignores import store as ignores
from services.users.notices import store as notices
from services.users.profiles.store import anonymise_profile
from shared.db import Connection
from shared.messaging.contracts import AccountDeleted, AccountRestated
from shared.messaging.exporting import end_jobs


async def delete_account(conn: Connection, event: AccountDeleted | AccountRestated) -> None:
    """End the account's follows, ignores, notices and exports, and remove its name; its work stays."""
    await end_jobs(conn, event.account_id)
    await end_all_follows(conn, event.account_id)
    await ignores.end_all(conn, event.account_id)
    await notices.end_all(conn, event.account_id)
    if await anonymise_profile(conn, event.account_id):
        counters.defer_add_to_totals(conn, accounts=-1)
