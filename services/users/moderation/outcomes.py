"""Outcomes of commands to auth, and what auth changed without a command; each in the consumer's transaction.

An event older than the known state changes no standing, but it is still the outcome of its command.
"""

from __future__ import annotations

from services.users.audit.rules import AuditedAction
from services.users.audit.store import append, complete
from services.users.moderation import store
from services.users.profiles.store import ensure_artists
from shared.db import Connection
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    ReinstateAccount,
    SecondFactorRemoved,
    SetRoles,
    StandingChanged,
    SuspendAccount,
)


async def record_suspension(conn: Connection, event: AccountSuspended) -> None:
    """Store a suspension and complete its audit entry."""
    _ensure_account(conn, event)
    await store.suspend(conn, event.account_id, until=event.until, reason=event.reason, version=event.version)
    until = event.until.isoformat() if event.until else None
    details = {"reason": event.reason, "until": until}
    await complete(
        conn, AuditedAction(event.actor_id, SuspendAccount.type, "user", event.account_id, details=details)
    )


async def record_reinstatement(conn: Connection, event: AccountReinstated) -> None:
    """Store the end of a suspension and complete its audit entry."""
    _ensure_account(conn, event)
    await store.reinstate(conn, event.account_id, version=event.version)
    await complete(conn, AuditedAction(event.actor_id, ReinstateAccount.type, "user", event.account_id))


async def record_roles(conn: Connection, event: AccountRolesChanged) -> None:
    """Store an account's roles and complete their audit entry."""
    _ensure_account(conn, event)
    await store.set_roles(conn, event.account_id, event.roles, version=event.version)
    details = {"roles": event.roles}
    await complete(
        conn, AuditedAction(event.actor_id, SetRoles.type, "user", event.account_id, details=details)
    )


async def record_refusal(conn: Connection, event: AccountCommandRefused) -> None:
    """Record in the audit log that auth refused a command, with the code of the reason."""
    details = {"code": event.code}
    await complete(
        conn, AuditedAction(event.actor_id, event.command, "user", event.account_id, "refused", details)
    )


async def record_removed_second_factor(conn: Connection, event: SecondFactorRemoved) -> None:
    """Record in the audit log that an operator removed an account's second factors; operators have no id."""
    await append(conn, AuditedAction(None, "account.remove_second_factor", "user", event.account_id))


async def record_verification(conn: Connection, event: AccountVerified) -> None:
    """Store that the account's address was verified."""
    _ensure_account(conn, event)
    await store.verify(conn, event.account_id)


def _ensure_account(conn: Connection, event: StandingChanged) -> None:
    """Make a profile if there is none, in the round trip of the next statement and before it.

    The registration may arrive later, and does not say what has changed since.
    """
    if event.username is not None:
        ensure_artists(conn, [(event.account_id, event.username)])
