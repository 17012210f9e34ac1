"""SQL of challenges that were used; a challenge itself is signed, and stored nowhere."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, func
from sqlalchemy.dialects.postgresql import INTERVAL, insert

from services.auth.pruning import delete_batch
from services.auth.tables import used_challenges
from shared.db import Connection

_USE = (
    insert(used_challenges)
    .values(nonce=bindparam("nonce"), expires_at=func.now() + bindparam("lifetime", type_=INTERVAL))
    .on_conflict_do_nothing()
)
_PRUNE = delete_batch(used_challenges, used_challenges.c.expires_at <= func.now())


async def use_challenge(conn: Connection, nonce: bytes, lifetime: timedelta) -> bool:
    """Mark a challenge as used; returns False if it was used before."""
    return await conn.execute(_USE, {"nonce": nonce, "lifetime": lifetime}) > 0


async def prune(conn: Connection) -> int:
    """Delete a batch of those that have expired anyway, and return its size."""
    return await conn.execute(_PRUNE)
