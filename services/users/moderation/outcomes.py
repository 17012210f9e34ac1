"""What came of commands to auth, and what it did without one; each in the consumer's transaction.

An older event than what is known changes no standing, but it still is the outcome of its command.
"""

from __future__ import annotations

from services.users.audit.rules import Action
from services.users.audit.store import complete
from services.users.moderation import store
from shared.db import Connection
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    ReinstateAccount,
    SetRoles,
    SuspendAccount,
)


async def suspended(conn: Connection, event: AccountSuspended) -> None:
    """Take over a suspension."""
    await store.suspend(conn, event.account_id, until=event.until, reason=event.reason, version=event.version)
    until = event.until.isoformat() if event.until else None
    details = {"reason": event.reason, "until": until}
    await complete(
        conn, Action(event.actor_id, SuspendAccount.type, "user", event.account_id, details=details)
    )


async def reinstated(conn: Connection, event: AccountReinstated) -> None:
    """Take over the end of a suspension."""
    await store.reinstate(conn, event.account_id, version=event.version)
    await complete(conn, Action(event.actor_id, ReinstateAccount.type, "user", event.account_id))


async def roles_changed(conn: Connection, event: AccountRolesChanged) -> None:
    """Take over an account's roles."""
    await store.set_roles(conn, event.account_id, event.roles, version=event.version)
    details = {"roles": event.roles}
    await complete(conn, Action(event.actor_id, SetRoles.type, "user", event.account_id, details=details))


async def command_refused(conn: Connection, event: AccountCommandRefused) -> None:
    """Write down that auth would not do it, and why."""
    details = {"code": event.code}
    await complete(conn, Action(event.actor_id, event.command, "user", event.account_id, "refused", details))


async def verified(conn: Connection, event: AccountVerified) -> None:
    """Take over that an address was verified."""
    await store.verify(conn, event.account_id)
