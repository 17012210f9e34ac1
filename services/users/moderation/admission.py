"""Audit of what admins decide about who comes in, recorded as auth's events arrive."""

from __future__ import annotations

from services.users.audit.rules import AuditedAction
from services.users.audit.store import append
from shared.db import Connection
from shared.messaging.contracts import InvitationCreated, InvitationRevoked, PolicyChanged


async def record_policy_change(conn: Connection, event: PolicyChanged) -> None:
    """Record the new values of the site's settings."""
    await append(
        conn,
        AuditedAction(event.actor_id, "settings.change", "site", event.subject_id, details=event.settings),
    )


async def record_invitation(conn: Connection, event: InvitationCreated) -> None:
    """Record an invitation, and for how many and how long it is."""
    expires_at = event.expires_at.isoformat() if event.expires_at else None
    details = {"max_uses": event.max_uses, "expires_at": expires_at}
    await append(
        conn,
        AuditedAction(
            event.actor_id, "invitation.create", "invitation", event.invitation_id, details=details
        ),
    )


async def record_revoked_invitation(conn: Connection, event: InvitationRevoked) -> None:
    """Record the end of an invitation."""
    await append(conn, AuditedAction(event.actor_id, "invitation.revoke", "invitation", event.invitation_id))
