"""SQL of the artists projection."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, bindparam, case, func, text
from sqlalchemy.dialects.postgresql import insert

from services.tiles.tables import artists
from shared.db import Connection
from shared.identity import Identity

DISPLAYED_NAME: ColumnElement[str] = func.coalesce(artists.c.display_name, artists.c.username)

_MEET = (
    insert(artists)
    .values(id=bindparam("id"), username=bindparam("username"))
    .on_conflict_do_nothing(index_elements=["id"])
)
# In order of id, so that two writers who meet the same artists do not wait for each other in a circle.
_MEET_ALL = text(
    "INSERT INTO artists (id, username)"
    " SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:usernames AS text[])) AS met (id, username)"
    " ORDER BY id ON CONFLICT (id) DO NOTHING"
)

_offered = insert(artists).values(
    id=bindparam("id"), username=bindparam("username"), display_name=bindparam("display_name")
)
_REGISTERED = _offered.on_conflict_do_update(
    index_elements=["id"],
    set_={
        "username": _offered.excluded.username,
        "display_name": func.coalesce(artists.c.display_name, _offered.excluded.display_name),
    },
)

_profiled = insert(artists).values(
    id=bindparam("id"),
    username=bindparam("username"),
    display_name=bindparam("display_name"),
    profile_version=bindparam("version"),
)
_is_newer = _profiled.excluded.profile_version > artists.c.profile_version
_PROFILE_UPDATED = _profiled.on_conflict_do_update(
    index_elements=["id"],
    set_={
        "display_name": case((_is_newer, _profiled.excluded.display_name), else_=artists.c.display_name),
        "profile_version": func.greatest(_profiled.excluded.profile_version, artists.c.profile_version),
    },
)


def lead_with_meeting(conn: Connection, caller: Identity) -> None:
    """Make sure that the caller's row exists before the next statement refers to it.

    An artist may paint before `account.registered` has arrived here; the verified token says enough.
    """
    conn.lead_with(_MEET, {"id": caller.account_id, "username": caller.username})


def lead_with_meeting_all(conn: Connection, callers: Iterable[tuple[int, str]]) -> None:
    """Like `lead_with_meeting` for many callers, each an account's id and username."""
    ids, usernames = zip(*callers, strict=True)
    conn.lead_with(_MEET_ALL, {"ids": list(ids), "usernames": list(usernames)})


async def registered(conn: Connection, artist_id: int, username: str, display_name: str | None) -> None:
    """Take over a registration; a display name that is already known is newer and stays."""
    await conn.execute(_REGISTERED, {"id": artist_id, "username": username, "display_name": display_name})


async def profile_updated(
    conn: Connection, artist_id: int, username: str, display_name: str, version: int
) -> None:
    """Take over a profile unless a newer one is known."""
    await conn.execute(
        _PROFILE_UPDATED,
        {"id": artist_id, "username": username, "display_name": display_name, "version": version},
    )
