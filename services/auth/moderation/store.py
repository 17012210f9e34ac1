"""SQL of the changes that moderators make to accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from services.auth.accounts.model import Status
from services.auth.tables import accounts
from shared.db import Connection

_LIFT_BATCH = 100

_next = accounts.c.version + 1
_SUSPEND = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(
        status=Status.SUSPENDED,
        suspension_reason=bindparam("reason"),
        suspended_until=bindparam("until"),
        version=_next,
    )
    .returning(accounts.c.version)
)
_reinstated = {
    "status": Status.ACTIVE,
    "suspension_reason": None,
    "suspended_until": None,
    "version": _next,
}
_REINSTATE = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(_reinstated)
    .returning(accounts.c.version)
)
_ended = (
    select(accounts.c.id)
    .where(accounts.c.suspended_until <= func.now())
    .limit(_LIFT_BATCH)
    .with_for_update(skip_locked=True)
)
_LIFT = (
    update(accounts)
    .where(accounts.c.id.in_(_ended))
    .values(_reinstated)
    .returning(accounts.c.id, accounts.c.username, accounts.c.version)
)
_SET_ROLES = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(roles=bindparam("new_roles"), version=_next)
    .returning(accounts.c.version)
)


async def suspend_account(conn: Connection, account_id: int, reason: str, until: datetime | None) -> int:
    """Suspend a locked account, permanently if `until` is None; returns its new version."""
    values = {"account_id": account_id, "reason": reason, "until": until}
    return int(await conn.fetch_value(_SUSPEND, values))


async def reinstate_account(conn: Connection, account_id: int) -> int:
    """Reinstate a locked account; returns its new version."""
    return int(await conn.fetch_value(_REINSTATE, {"account_id": account_id}))


async def lift_suspensions(conn: Connection) -> Sequence[tuple[int, str, int]]:
    """Reinstate a batch of accounts whose suspension has ended; returns ids, usernames and new versions."""
    return [(row.id, row.username, row.version) for row in await conn.fetch_all(_LIFT)]


async def set_roles(conn: Connection, account_id: int, roles: Sequence[str]) -> int:
    """Replace the roles of a locked account; returns its new version."""
    return int(await conn.fetch_value(_SET_ROLES, {"account_id": account_id, "new_roles": list(roles)}))
