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
_FORGET = delete(spent_tickets).where(spent_tickets.c.expires_at < func.now())


async def spend(conn: Connection, jti: str, expires_at: datetime) -> bool:
    """Use a ticket up; False when it was used before, by whichever process."""
    return await conn.execute(_SPEND, {"jti": jti, "expires_at": expires_at}) == 1


async def forget_expired(conn: Connection) -> int:
    """Forget tickets that no longer verify anyway; returns how many."""
    return await conn.execute(_FORGET)
