"""SQL of follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Update,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.users.profiles.rules import Profile
from services.users.profiles.store import SELECT, profile_of
from services.users.tables import follows, profiles
from shared.db import Connection

Side = Literal["followers", "following"]

_follower_id = bindparam("follower_id", type_=BigInteger)
_followee_id = bindparam("followee_id", type_=BigInteger)

# In the order of ids, so that two who follow each other at once do not wait in a circle.
_LOCK = (
    select(profiles.c.id)
    .where(or_(profiles.c.id == _follower_id, profiles.c.id == _followee_id))
    .order_by(profiles.c.id)
    .with_for_update(key_share=True)
)


def _count(changed: CTE, step: int) -> Update:
    def counted(column: ColumnElement[int], whose: ColumnElement[int]) -> ColumnElement[int]:
        return column + case((profiles.c.id == whose, step), else_=0)

    return (
        update(profiles)
        .where(or_(profiles.c.id == changed.c.follower_id, profiles.c.id == changed.c.followee_id))
        .values(
            followers=counted(profiles.c.followers, changed.c.followee_id),
            following=counted(profiles.c.following, changed.c.follower_id),
        )
    )


_FOLLOW = _count(
    insert(follows)
    .values(follower_id=_follower_id, followee_id=_followee_id)
    .on_conflict_do_nothing()
    .returning(follows)
    .cte("made"),
    +1,
)
_UNFOLLOW = _count(
    delete(follows)
    .where(follows.c.follower_id == _follower_id, follows.c.followee_id == _followee_id)
    .returning(follows)
    .cte("ended"),
    -1,
)


def _listed(shown: ColumnElement[int], of: ColumnElement[int]) -> Select[tuple[object, ...]]:
    return (
        SELECT.join(follows, shown == profiles.c.id)
        .where(of == bindparam("profile_id"), shown > bindparam("after"))
        .order_by(shown)
        .limit(bindparam("count"))
    )


_LISTED: dict[Side, Select[tuple[object, ...]]] = {
    "followers": _listed(follows.c.follower_id, follows.c.followee_id),
    "following": _listed(follows.c.followee_id, follows.c.follower_id),
}


async def lock(conn: Connection, follower_id: int, followee_id: int) -> set[int]:
    """Hold both profiles and with them the counts of follows; returns the ids of those that exist."""
    rows = await conn.fetch_all(_LOCK, {"follower_id": follower_id, "followee_id": followee_id})
    return {row.id for row in rows}


async def follow(conn: Connection, follower_id: int, followee_id: int) -> None:
    """Follow and count it, unless it is so already; both profiles are held by `lock`."""
    await conn.execute(_FOLLOW, {"follower_id": follower_id, "followee_id": followee_id})


async def unfollow(conn: Connection, follower_id: int, followee_id: int) -> None:
    """Follow no more and count it, unless it is so already; both profiles are held by `lock`."""
    await conn.execute(_UNFOLLOW, {"follower_id": follower_id, "followee_id": followee_id})


async def listed(
    conn: Connection, side: Side, profile_id: int, *, after: int, count: int
) -> Sequence[Profile]:
    """Return up to `count` of those who follow the artist, or whom they follow, by id, beyond `after`."""
    rows = await conn.fetch_all(_LISTED[side], {"profile_id": profile_id, "after": after, "count": count})
    return [profile_of(row) for row in rows]
