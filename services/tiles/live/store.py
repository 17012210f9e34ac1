"""SQL of the live feed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func
from sqlalchemy.dialects.postgresql import insert

from services.tiles.tables import spent_tickets
from shared.db import Connection

_SPEND = (
    insert(spent_tickets)
    .values(jti=bindparam("jti"), expires_at=bindparam("expires_at"))
    .on_conflict_do_nothing(index_elements=["jti"])
)
_DELETE = delete(spent_tickets).where(spent_tickets.c.expires_at < func.now())


async def spend_ticket(conn: Connection, jti: str, expires_at: datetime) -> bool:
    """Mark a ticket as used; returns False if it was used before, in any process."""
    return await conn.execute(_SPEND, {"jti": jti, "expires_at": expires_at}) == 1


async def delete_expired_tickets(conn: Connection) -> int:
    """Delete used tickets that have expired, and so are refused anyway; returns how many."""
    return await conn.execute(_DELETE)
