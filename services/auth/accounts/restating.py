"""What is true of every account, for services that missed an event."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from services.auth.tables import accounts
from shared.db import Connection
from shared.messaging.contracts import AccountRestated
from shared.messaging.restating import SLICE_ROWS, Slice, slice_of

_SLICE = (
    select(
        accounts.c.id.label("account_id"),
        accounts.c.version,
        accounts.c.username,
        accounts.c.created_at.label("registered_at"),
        accounts.c.status,
        accounts.c.suspension_reason,
        accounts.c.suspended_until,
        accounts.c.roles,
        accounts.c.email_verified.label("is_verified"),
    )
    .where(accounts.c.id > bindparam("after"))
    .order_by(accounts.c.id)
    .limit(SLICE_ROWS)
)


async def read_accounts(conn: Connection, after: int) -> Slice:
    """Read the accounts with ids above `after`, deleted ones included."""
    rows = await conn.fetch_all(_SLICE, {"after": after})
    events = [AccountRestated(**row._asdict()) for row in rows]
    return slice_of(rows, events, events[-1].account_id if events else None)
