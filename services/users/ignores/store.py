"""SQL of ignores."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.users.profiles.rules import Profile
from services.users.profiles.store import SELECT, read_profile
from services.users.tables import ignores, profiles
from shared.db import Connection

# The row is locked, so that the artist's list grows by one at a time.
_LOCK = (
    select(profiles.c.id)
    .where(profiles.c.id == bindparam("artist_id", type_=BigInteger), profiles.c.status != "deleted")
    .with_for_update(key_share=True)
)
_COUNT = select(func.count()).where(ignores.c.artist_id == bindparam("artist_id", type_=BigInteger))
_ADD = (
    insert(ignores)
    .values(
        artist_id=bindparam("artist_id", type_=BigInteger),
        ignored_id=bindparam("ignored_id", type_=BigInteger),
    )
    .on_conflict_do_nothing()
)
_DELETE = delete(ignores).where(
    ignores.c.artist_id == bindparam("artist_id", type_=BigInteger),
    ignores.c.ignored_id == bindparam("ignored_id", type_=BigInteger),
)
_account_id = bindparam("account_id", type_=BigInteger)
_END = delete(ignores).where(or_(ignores.c.artist_id == _account_id, ignores.c.ignored_id == _account_id))
_LIST = (
    SELECT.join(ignores, ignores.c.ignored_id == profiles.c.id)
    .where(
        ignores.c.artist_id == bindparam("artist_id", type_=BigInteger),
        profiles.c.id > bindparam("after"),
    )
    .order_by(profiles.c.id)
    .limit(bindparam("count"))
)


async def lock_list(conn: Connection, artist_id: int) -> bool:
    """Hold an artist's list until the transaction ends; returns False if the account is deleted."""
    return await conn.fetch_value(_LOCK, {"artist_id": artist_id}) is not None


async def count(conn: Connection, artist_id: int) -> int:
    """Return how many artists an artist ignores."""
    return int(await conn.fetch_value(_COUNT, {"artist_id": artist_id}))


async def add(conn: Connection, artist_id: int, ignored_id: int) -> None:
    """Add an artist to the list, unless they are on it. Raises ReferenceViolated for an unknown one."""
    await conn.execute(_ADD, {"artist_id": artist_id, "ignored_id": ignored_id})


async def remove(conn: Connection, artist_id: int, ignored_id: int) -> None:
    """Remove an artist from the list, if they are on it."""
    await conn.execute(_DELETE, {"artist_id": artist_id, "ignored_id": ignored_id})


async def end_all(conn: Connection, account_id: int) -> None:
    """Delete a deleted account's list, and it from the lists of others."""
    await conn.execute(_END, {"account_id": account_id})


async def list_ignored(conn: Connection, artist_id: int, *, after: int, count: int) -> Sequence[Profile]:
    """Return up to `count` ignored artists with ids above `after`."""
    rows = await conn.fetch_all(_LIST, {"artist_id": artist_id, "after": after, "count": count})
    return [read_profile(row) for row in rows]
