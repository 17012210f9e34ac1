"""SQL of the artists projection."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, bindparam, case, func, literal, text, update
from sqlalchemy.dialects.postgresql import insert

from services.tiles.artists.rules import DELETED_DISPLAY_NAME, DELETED_USERNAME
from services.tiles.tables import artists
from shared.db import Connection, integers, texts
from shared.identity import Identity

DISPLAYED_NAME: ColumnElement[str] = func.coalesce(artists.c.display_name, artists.c.username)

# Events that arrive after an account is deleted must not restore its name.
_is_not_deleted = artists.c.status != "deleted"

# In order of id, so that two writers who insert the same artists cannot deadlock.
_ENSURE = text(
    "INSERT INTO artists (id, username)"
    " SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:usernames AS text[])) AS offered (id, username)"
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
    where=_is_not_deleted,
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
        "display_name": case(
            (_is_newer, _profiled.excluded.display_name),
            else_=func.coalesce(artists.c.display_name, _profiled.excluded.display_name),
        ),
        "profile_version": func.greatest(_profiled.excluded.profile_version, artists.c.profile_version),
    },
    where=_is_not_deleted,
)

_STATUS_CHANGED = (
    update(artists)
    .where(
        artists.c.id == bindparam("artist_id"),
        artists.c.account_version < bindparam("version"),
        _is_not_deleted,
    )
    .values(status=bindparam("new_status"), account_version=bindparam("version"))
)
_gone = insert(artists).values(
    id=bindparam("id"),
    username=literal(DELETED_USERNAME),
    display_name=literal(DELETED_DISPLAY_NAME),
    status=literal("deleted"),
    account_version=bindparam("version"),
)
_DELETED = _gone.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _gone.excluded[name] for name in ("username", "display_name", "status", "account_version")},
)


def ensure_artist(conn: Connection, caller: Identity) -> None:
    """Insert the caller's row, unless it exists, in the round trip of the next statement and before it.

    An artist may paint before `account.registered` has arrived; the verified token holds all that is needed.
    """
    ensure_artists(conn, [(caller.account_id, caller.username)])


def ensure_artists(conn: Connection, callers: Collection[tuple[int, str]]) -> None:
    """Do the same for many callers, each an account's id and username."""
    ids, usernames = zip(*callers, strict=True)
    conn.prepend(_ENSURE, {"ids": integers(ids), "usernames": texts(usernames)})


async def add_registered(conn: Connection, artist_id: int, username: str, display_name: str | None) -> None:
    """Store a registration; a display name that is stored already is newer and stays."""
    await conn.execute(_REGISTERED, {"id": artist_id, "username": username, "display_name": display_name})


async def update_profile(
    conn: Connection, artist_id: int, username: str, display_name: str, version: int
) -> None:
    """Store a profile unless a newer one is stored already."""
    await conn.execute(
        _PROFILE_UPDATED,
        {"id": artist_id, "username": username, "display_name": display_name, "version": version},
    )


async def update_status(conn: Connection, artist_id: int, status: str, version: int) -> None:
    """Store an account's status unless a newer one is stored already."""
    await conn.execute(_STATUS_CHANGED, {"artist_id": artist_id, "new_status": status, "version": version})


async def anonymize(conn: Connection, artist_id: int, version: int) -> None:
    """Replace an artist's names by those of a deleted account; later events do not restore them."""
    await conn.execute(_DELETED, {"id": artist_id, "version": version})
