"""SQL of throttles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Integer, bindparam, func, select, text, update

from services.auth.pruning import delete_batch
from services.auth.tables import login_throttles
from services.auth.throttling.rules import AttemptCount
from shared.db import Connection

# Rows are locked in the order of their keys, here and in `defer_forgiveness`, so that concurrent logins
# cannot deadlock.
_COUNT = text(
    "INSERT INTO login_throttles AS known (key, failures, expires_at)"
    " SELECT key, 1, now() + CAST(:window AS interval)"
    " FROM unnest(CAST(:keys AS bytea[])) AS key ORDER BY key"
    " ON CONFLICT (key) DO UPDATE SET"
    " failures = CASE WHEN known.expires_at > now() THEN known.failures ELSE 0 END + 1,"
    " expires_at = CASE WHEN known.expires_at > now() THEN known.expires_at ELSE excluded.expires_at END"
    " RETURNING key, failures, extract(epoch FROM expires_at - now()) AS seconds_left"
)
_READ = select(login_throttles.c.failures).where(
    login_throttles.c.key == bindparam("of_key"), login_throttles.c.expires_at > func.now()
)
_FORGIVE = (
    update(login_throttles)
    .where(login_throttles.c.key == bindparam("of_key"))
    .values(failures=func.greatest(login_throttles.c.failures - bindparam("how_many", type_=Integer), 0))
)
_PRUNE = delete_batch(login_throttles, login_throttles.c.expires_at <= func.now())


async def count_attempt(
    conn: Connection, keys: Sequence[bytes], window: timedelta
) -> dict[bytes, AttemptCount]:
    """Count an attempt under each key and return the counts.

    Call it before the attempt is decided, so that parallel guesses are counted too.
    """
    rows = await conn.fetch_all(_COUNT, {"keys": list(keys), "window": window})
    return {row.key: AttemptCount(row.failures, float(row.seconds_left)) for row in rows}


async def read_attempts(conn: Connection, key: bytes) -> int:
    """Return the attempts under a key in the current window, without counting one."""
    return int(await conn.fetch_value(_READ, {"of_key": key}) or 0)


def defer_forgiveness(conn: Connection, attempts: Mapping[bytes, int]) -> None:
    """Subtract this many attempts from the count of each key, with the commit."""
    for key, how_many in sorted(attempts.items()):
        conn.defer(_FORGIVE, {"of_key": key, "how_many": how_many})


async def prune(conn: Connection) -> int:
    """Delete a batch of expired counts and return its size."""
    return await conn.execute(_PRUNE)
