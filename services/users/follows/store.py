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
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.users.profiles.rules import Profile
from services.users.profiles.store import SELECT, read_profile
from services.users.tables import follows, profiles
from shared.db import Connection

Side = Literal["followers", "following"]

SLICE_ROWS = 2000
"""Follows deleted per statement when an account is deleted, to stay within the statement timeout."""

_follower_id = bindparam("follower_id", type_=BigInteger)
_followee_id = bindparam("followee_id", type_=BigInteger)

# In the order of ids, so that two artists who follow each other at once do not deadlock.
_LOCK = (
    select(profiles.c.id)
    .where(or_(profiles.c.id == _follower_id, profiles.c.id == _followee_id), profiles.c.status != "deleted")
    .order_by(profiles.c.id)
    .with_for_update(key_share=True)
)


def _count(changed: CTE, step: int) -> Update:
    def add_step(column: ColumnElement[int], whose: ColumnElement[int]) -> ColumnElement[int]:
        return column + case((profiles.c.id == whose, step), else_=0)

    return (
        update(profiles)
        .where(or_(profiles.c.id == changed.c.follower_id, profiles.c.id == changed.c.followee_id))
        .values(
            followers=add_step(profiles.c.followers, changed.c.followee_id),
            following=add_step(profiles.c.following, changed.c.follower_id),
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
_account_id = bindparam("account_id", type_=BigInteger)
_their_follows = or_(follows.c.follower_id == _account_id, follows.c.followee_id == _account_id)
_other = case((follows.c.follower_id == _account_id, follows.c.followee_id), else_=follows.c.follower_id)
# In the order of ids, as above.
_LOCK_ALL = (
    select(profiles.c.id)
    .where(or_(profiles.c.id == _account_id, profiles.c.id.in_(select(_other).where(_their_follows))))
    .order_by(profiles.c.id)
    .with_for_update(key_share=True)
)
_some = select(follows).where(_their_follows).limit(SLICE_ROWS).cte("some")
_ended = (
    delete(follows)
    .where(follows.c.follower_id == _some.c.follower_id, follows.c.followee_id == _some.c.followee_id)
    .returning(follows)
    .cte("ended")
)
_other_of_ended = case(
    (_ended.c.follower_id == _account_id, _ended.c.followee_id), else_=_ended.c.follower_id
)
_was_followed = case((_ended.c.followee_id == _account_id, 0), else_=1)
# Artists who followed each other lose one of each; summed up, because UPDATE uses one joined row per target.
_lost = (
    select(
        _other_of_ended.label("id"),
        func.sum(_was_followed).label("followers"),
        func.sum(1 - _was_followed).label("following"),
    )
    .group_by(_other_of_ended)
    .cte("lost")
)
_END_SOME = (
    update(profiles)
    .where(profiles.c.id == _lost.c.id)
    .values(
        followers=profiles.c.followers - _lost.c.followers, following=profiles.c.following - _lost.c.following
    )
)
_UNFOLLOW = _count(
    delete(follows)
    .where(follows.c.follower_id == _follower_id, follows.c.followee_id == _followee_id)
    .returning(follows)
    .cte("ended"),
    -1,
)


def _list(shown: ColumnElement[int], of: ColumnElement[int]) -> Select[tuple[object, ...]]:
    return (
        SELECT.join(follows, shown == profiles.c.id)
        .where(of == bindparam("profile_id"), shown > bindparam("after"))
        .order_by(shown)
        .limit(bindparam("count"))
    )


_LIST: dict[Side, Select[tuple[object, ...]]] = {
    "followers": _list(follows.c.follower_id, follows.c.followee_id),
    "following": _list(follows.c.followee_id, follows.c.follower_id),
}


async def lock_profiles(conn: Connection, follower_id: int, followee_id: int) -> set[int]:
    """Lock both profiles and with them the counts of follows; returns the ids of those not deleted."""
    rows = await conn.fetch_all(_LOCK, {"follower_id": follower_id, "followee_id": followee_id})
    return {row.id for row in rows}


async def follow(conn: Connection, follower_id: int, followee_id: int) -> bool:
    """Add a follow and count it, unless it exists; the caller holds `lock_profiles`. Returns if it is new."""
    return await conn.execute(_FOLLOW, {"follower_id": follower_id, "followee_id": followee_id}) > 0


async def unfollow(conn: Connection, follower_id: int, followee_id: int) -> bool:
    """Delete a follow and its count; the caller holds `lock_profiles`. Returns False if there was none."""
    return await conn.execute(_UNFOLLOW, {"follower_id": follower_id, "followee_id": followee_id}) > 0


async def end_all_follows(conn: Connection, account_id: int) -> None:
    """Delete all follows from and to an account; the counts of the others stay exact."""
    conn.prepend(_LOCK_ALL, {"account_id": account_id})
    while await conn.execute(_END_SOME, {"account_id": account_id}):
        pass


async def list_profiles(
    conn: Connection, side: Side, profile_id: int, *, after: int, count: int
) -> Sequence[Profile]:
    """Return up to `count` followers of the artist or artists they follow, with ids above `after`."""
    rows = await conn.fetch_all(_LIST[side], {"profile_id": profile_id, "after": after, "count": count})
    return [read_profile(row) for row in rows]
