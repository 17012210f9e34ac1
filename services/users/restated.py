"""What users does when auth says again what is true of an account."""

from __future__ import annotations

from services.users.deletion import delete_account
from services.users.moderation import store as moderation
from services.users.profiles.service import Profiles
from shared.db import Connection
from shared.messaging.contracts import AccountRestated


async def restate_account(conn: Connection, profiles: Profiles, event: AccountRestated) -> None:
    """Correct what was missed about an account; unlike its changes, this completes no audit entry."""
    if event.status == "deleted":
        await delete_account(conn, event)
        return
    await profiles.register(conn, event)
    if event.status == "suspended":
        await moderation.suspend(
            conn,
            event.account_id,
            until=event.suspended_until,
            reason=event.suspension_reason or "",
            version=event.version,
        )
    else:
        await moderation.reinstate(conn, event.account_id, version=event.version)
    await moderation.set_roles(conn, event.account_id, event.roles, version=event.version)
    if event.is_verified:
        await moderation.verify(conn, event.account_id)
