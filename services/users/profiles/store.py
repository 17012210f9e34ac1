"""SQL of profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    bindparam,
    case,
    false,
    func,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.users.profiles.rules import (
    DELETED_NAME,
    DELETED_USERNAME,
    Profile,
    Ranked,
    Stats,
    default_avatar_color,
)
from services.users.tables import artist_stats, profiles
from shared.db import Connection, Row
from shared.identity import Identity

Registered = Literal["new", "changed"]

_counters = (
    artist_stats.c.tiles_created,
    artist_stats.c.likes_received,
    artist_stats.c.canvases_created,
    artist_stats.c.pixels_painted,
)
COLUMNS = (
    profiles.c.id,
    profiles.c.username,
    func.coalesce(profiles.c.display_name, profiles.c.username).label("display_name"),
    profiles.c.bio,
    profiles.c.avatar_color,
    profiles.c.joined_at,
    profiles.c.version,
    profiles.c.followers,
    profiles.c.following,
    *(func.coalesce(counter, 0).label(counter.name) for counter in _counters),
)
SELECT = select(*COLUMNS).join_from(
    profiles, artist_stats, artist_stats.c.artist_id == profiles.c.id, isouter=True
)

_ENSURE = (
    insert(profiles)
    .values(id=bindparam("id"), username=bindparam("username"))
    .on_conflict_do_nothing(index_elements=["id"])
)
_BY_ID = SELECT.where(profiles.c.id == bindparam("profile_id"))
_is_active = profiles.c.status != "deleted"
_BY_NAME = SELECT.where(func.lower(profiles.c.username) == func.lower(bindparam("username")), _is_active)

_LIST = (
    SELECT.where(
        profiles.c.search_text.like(func.lower(bindparam("pattern"))),
        profiles.c.id > bindparam("after"),
        _is_active,
    )
    .order_by(profiles.c.id)
    .limit(bindparam("count"))
)

_RANKING = {
    "likes": artist_stats.c.likes_received,
    "tiles": artist_stats.c.tiles_created,
    "pixels": artist_stats.c.pixels_painted,
}
_below: ColumnElement[int] = bindparam("below", type_=BigInteger)
_below_id: ColumnElement[int] = bindparam("below_id", type_=BigInteger)
_LIST_RANKING = {
    by: SELECT.where(
        counter > 0,
        _is_active,
        tuple_(counter, artist_stats.c.artist_id) < tuple_(_below, _below_id),
    )
    .order_by(counter.desc(), artist_stats.c.artist_id.desc())
    .limit(bindparam("count"))
    for by, counter in _RANKING.items()
}

CHANGEABLE = ("display_name", "bio", "avatar_color")
_CHANGE = (
    update(profiles)
    .where(profiles.c.id == bindparam("profile_id"), _is_active)
    .values(
        version=profiles.c.version + 1,
        **{
            name: case(
                (bindparam(f"{name}_given", type_=Boolean), bindparam(f"new_{name}")), else_=profiles.c[name]
            )
            for name in CHANGEABLE
        },
    )
)

_offered = insert(profiles).values(
    id=bindparam("id"),
    username=bindparam("username"),
    display_name=bindparam("display_name"),
    joined_at=bindparam("joined_at"),
    is_registered=True,
)
_REGISTERED = _offered.on_conflict_do_update(
    index_elements=["id"],
    set_={
        "username": _offered.excluded.username,
        "display_name": func.coalesce(profiles.c.display_name, _offered.excluded.display_name),
        "joined_at": _offered.excluded.joined_at,
        "version": case((profiles.c.version > 0, profiles.c.version + 1), else_=0),
        "is_registered": True,
    },
    # A registration that is said again changes nothing.
    where=_is_active
    & tuple_(profiles.c.is_registered, profiles.c.username, profiles.c.joined_at).is_distinct_from(
        tuple_(true(), _offered.excluded.username, _offered.excluded.joined_at)
    ),
)
_before = profiles.alias("before")
# INSERT and its RETURNING read the row as it was before the statement.
_was_registered = (
    select(_before.c.is_registered)
    .where(_before.c.id == bindparam("id"), _before.c.status != "deleted")
    .scalar_subquery()
)
_REGISTERED_NOW = _REGISTERED.returning(func.coalesce(_was_registered, false()).label("was"))

_gone = insert(profiles).values(
    id=bindparam("id"), username=DELETED_USERNAME, display_name=DELETED_NAME, status="deleted"
)
_ANONYMISE = _gone.on_conflict_do_update(
    index_elements=["id"],
    set_={
        "username": DELETED_USERNAME,
        "display_name": DELETED_NAME,
        "bio": None,
        "avatar_color": None,
        "status": "deleted",
        "suspended_until": None,
        "suspension_reason": None,
        "roles": [],
        "is_verified": False,
        "version": profiles.c.version + 1,
        "followers": 0,
        "following": 0,
    },
    where=_is_active,
).returning(func.coalesce(_was_registered, false()).label("was"))


def read_profile(row: Row) -> Profile:
    """Read a profile from a row of COLUMNS."""
    return Profile(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        bio=row.bio,
        avatar_color=row.avatar_color or default_avatar_color(row.id),
        joined_at=row.joined_at,
        version=row.version,
        stats=Stats(
            tiles_created=row.tiles_created,
            likes_received=row.likes_received,
            canvases_created=row.canvases_created,
            pixels_painted=row.pixels_painted,
            followers=row.followers,
            following=row.following,
        ),
    )


def ensure_artist(conn: Connection, caller: Identity) -> None:
    """Create the caller's profile if it is missing, before the next statement refers to it.

    A request may precede `account.registered`; the verified token has what a profile needs.
    """
    conn.prepend(_ENSURE, {"id": caller.account_id, "username": caller.username})


def ensure_artists(conn: Connection, named: Sequence[tuple[int, str]]) -> None:
    """Create the profiles of artists, by id and username, that are missing; in order of id."""
    for account_id, username in named:
        conn.prepend(_ENSURE, {"id": account_id, "username": username})


async def get_profile(conn: Connection, profile_id: int) -> Profile | None:
    """Return a profile, or None."""
    row = await conn.fetch_one(_BY_ID, {"profile_id": profile_id})
    return None if row is None else read_profile(row)


async def get_profile_by_username(conn: Connection, username: str) -> Profile | None:
    """Return the profile of a username, whatever its case, or None."""
    row = await conn.fetch_one(_BY_NAME, {"username": username})
    return None if row is None else read_profile(row)


async def list_profiles(conn: Connection, pattern: str, *, after: int, count: int) -> Sequence[Profile]:
    """Return up to `count` profiles with ids above `after` whose names match a LIKE pattern."""
    rows = await conn.fetch_all(_LIST, {"pattern": pattern, "after": after, "count": count})
    return [read_profile(row) for row in rows]


async def list_ranking(
    conn: Connection, by: Ranked, *, below: tuple[int, int], count: int
) -> Sequence[Profile]:
    """Return up to `count` profiles, highest first, whose pair (counter, id) is less than `below`."""
    rows = await conn.fetch_all(_LIST_RANKING[by], {"below": below[0], "below_id": below[1], "count": count})
    return [read_profile(row) for row in rows]


async def change_profile(conn: Connection, profile_id: int, changes: Mapping[str, Any]) -> bool:
    """Set the fields given and raise the version; returns whether the profile exists."""
    given = {f"{name}_given": name in changes for name in CHANGEABLE}
    new = {f"new_{name}": changes.get(name) for name in CHANGEABLE}
    return await conn.execute(_CHANGE, {"profile_id": profile_id, **given, **new}) > 0


async def register_profile(
    conn: Connection, profile_id: int, username: str, display_name: str | None, joined_at: datetime
) -> Registered | None:
    """Store a registration; what the artist has chosen since stays, and its version rises once more.

    Returns None if it is known already, or the account is deleted.
    """
    row = await conn.fetch_one(
        _REGISTERED_NOW,
        {"id": profile_id, "username": username, "display_name": display_name, "joined_at": joined_at},
    )
    return None if row is None else "changed" if row.was else "new"


async def anonymise_profile(conn: Connection, profile_id: int) -> bool:
    """Remove everything about an account but its id and stats; no later event restores it.

    Returns whether the number of accounts is lower by one now.
    """
    return bool(await conn.fetch_value(_ANONYMISE, {"id": profile_id}))
