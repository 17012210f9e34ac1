"""SQL of films and their files. One worker has the lease of a film; `attempt` fences off those before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.tiles.films.rules import (
    KEPT_FILMS,
    LIFETIME,
    MAX_ATTEMPTS,
    MAX_KEPT_BYTES,
    MOST_WAITING,
    Film,
    FilmFailure,
    FilmFormat,
    FilmStatus,
)
from shared.db import Connection, Row, texts
from shared.db.locks import AdvisoryLock, hold_until_commit

LEASE_SECONDS: Final = 30
"""How long a worker may stay silent before another begins its film again."""

_LOCK = hold_until_commit(AdvisoryLock.FILMS)

# No more than that may wait; a second film of an artist is refused by the unique index.
_ADD = text(
    "INSERT INTO films (canvas_id, creator_id, format, starts_at, ends_at, seconds, step, scale, width,"
    " height, status, expires_at)"
    " SELECT CAST(:canvas_id AS bigint), CAST(:creator_id AS bigint), CAST(:format AS text),"
    " CAST(:starts_at AS timestamptz), least(CAST(:ends_at AS timestamptz), now()),"
    " CAST(:seconds AS int), CAST(:step AS int), CAST(:scale AS int), CAST(:width AS int),"
    " CAST(:height AS int), 'waiting', now() + :lifetime"
    " WHERE (SELECT count(*) FROM films WHERE status IN ('waiting', 'drawing')) < CAST(:most AS int)"
    " RETURNING films.*"
)
_DROP_OLDEST = text(
    "DELETE FROM films WHERE id IN (SELECT id FROM films WHERE creator_id = :creator_id"
    " ORDER BY id DESC OFFSET :kept)"
)
# Of the transaction: what of the history is over at the moment of the request.
_NOW = text("SELECT now()")
_UNDER_WAY = text("SELECT * FROM films WHERE creator_id = :creator_id AND status IN ('waiting', 'drawing')")
_GET = text(
    "SELECT * FROM films WHERE id = :film_id AND canvas_id = :canvas_id"
    " AND creator_id = :creator_id AND expires_at > now()"
)
_LIST = text(
    "SELECT * FROM films WHERE canvas_id = :canvas_id AND creator_id = :creator_id"
    " AND expires_at > now() ORDER BY id DESC"
)
_DELETE = text(
    "DELETE FROM films WHERE id = :film_id AND canvas_id = :canvas_id AND creator_id = :creator_id"
)
_DELETE_OF = text("DELETE FROM films WHERE creator_id = :artist_id")
_PART = text("SELECT data FROM film_parts WHERE film_id = :film_id AND number = :number")

# The oldest first; one that another worker is taking is skipped, and so is one of a canvas that was deleted.
_LEASE = text(
    "UPDATE films SET status = 'drawing', attempt = attempt + 1, frames_done = 0, size_bytes = 0,"
    " leased_until = now() + make_interval(secs => :lease)"
    " WHERE id = (SELECT films.id FROM films JOIN canvases ON canvases.id = canvas_id AND is_active"
    " WHERE expires_at > now() AND format = ANY(CAST(:formats AS text[]))"
    " AND (status = 'waiting' OR (status = 'drawing' AND leased_until <= now() AND attempt < :most))"
    " ORDER BY films.id LIMIT 1 FOR UPDATE OF films SKIP LOCKED) RETURNING films.*"
)
_DELETE_PARTS = text("DELETE FROM film_parts WHERE film_id = :film_id")
_RENEW = text(
    "UPDATE films SET leased_until = now() + make_interval(secs => :lease)"
    " WHERE id = :film_id AND attempt = :attempt AND status = 'drawing'"
)
_PROGRESS = text(
    "UPDATE films SET frames = :frames, frames_done = :frames_done,"
    " leased_until = now() + make_interval(secs => :lease)"
    " WHERE id = :film_id AND attempt = :attempt AND status = 'drawing' RETURNING films.*"
)
_ADD_PART = text(
    "WITH mine AS (UPDATE films SET size_bytes = size_bytes + octet_length(CAST(:data AS bytea)),"
    " leased_until = now() + make_interval(secs => :lease)"
    " WHERE id = :film_id AND attempt = :attempt AND status = 'drawing' RETURNING id)"
    " INSERT INTO film_parts (film_id, number, data)"
    " SELECT id, CAST(:number AS int), CAST(:data AS bytea) FROM mine"
)
# Nothing is kept of a film that is given up.
_FINISH = text(
    "WITH mine AS (UPDATE films SET status = CAST(:status AS text), failure = CAST(:failure AS text),"
    " leased_until = NULL, expires_at = now() + :lifetime,"
    " frames_done = CASE WHEN CAST(:failure AS text) IS NULL THEN frames ELSE frames_done END,"
    " size_bytes = CASE WHEN CAST(:failure AS text) IS NULL THEN size_bytes ELSE 0 END"
    " WHERE id = :film_id AND attempt = :attempt AND status = 'drawing' RETURNING films.*),"
    " gone AS (DELETE FROM film_parts USING mine WHERE film_id = mine.id AND mine.status = 'failed')"
    " SELECT * FROM mine"
)
_RELEASE = text(
    "UPDATE films SET leased_until = now() WHERE id = :film_id AND attempt = :attempt AND status = 'drawing'"
)
_GIVE_UP = text(
    "WITH given_up AS (UPDATE films SET status = 'failed', failure = 'interrupted', leased_until = NULL,"
    " size_bytes = 0 WHERE status = 'drawing' AND leased_until <= now() AND attempt >= :most RETURNING id)"
    " DELETE FROM film_parts USING given_up WHERE film_id = given_up.id"
)
_PRUNE = text("DELETE FROM films WHERE expires_at <= now()")
_DROP_OF_DELETED = text(
    "DELETE FROM films USING canvases WHERE canvases.id = canvas_id AND NOT canvases.is_active"
)
# A film that is being made stays, or its worker would have made it for nothing.
_DROP_BEYOND = text(
    "DELETE FROM films USING (SELECT id, sum(size_bytes) OVER (ORDER BY id DESC) AS bytes FROM films) AS kept"
    " WHERE films.id = kept.id AND kept.bytes > :most AND status = 'ready'"
)
_COUNT_CHANGES = text(
    "SELECT count(*) FROM revisions JOIN tiles ON tiles.id = tile_id AND is_public"
    " WHERE revisions.canvas_id = :canvas_id AND occurred_at BETWEEN :start AND :end"
)


async def add(conn: Connection, values: dict[str, Any]) -> Film | None:
    """Store a film that waits, in place of its creator's oldest ones; None if too many wait.

    Raises UniqueViolated while another of its creator is under way.
    """
    conn.prepend(_LOCK)
    row = await conn.fetch_one(_ADD, {**values, "lifetime": LIFETIME, "most": MOST_WAITING})
    conn.defer(_DROP_OLDEST, {"creator_id": values["creator_id"], "kept": KEPT_FILMS})
    return _film_of(row)


async def get_now(conn: Connection) -> datetime:
    """Return the moment of the request by the clock that the history has its times from."""
    now: datetime = await conn.fetch_value(_NOW)
    return now


async def get_under_way(conn: Connection, creator_id: int) -> Film | None:
    """Return the film of an artist that waits or is being made, or None."""
    return _film_of(await conn.fetch_one(_UNDER_WAY, {"creator_id": creator_id}))


async def get(conn: Connection, creator_id: int, canvas_id: int, film_id: int) -> Film | None:
    """Return a film of an artist, or None."""
    params = {"creator_id": creator_id, "canvas_id": canvas_id, "film_id": film_id}
    return _film_of(await conn.fetch_one(_GET, params))


async def list_of(conn: Connection, creator_id: int, canvas_id: int) -> Sequence[Film]:
    """Return the films that an artist has of a canvas, newest first."""
    rows = await conn.fetch_all(_LIST, {"creator_id": creator_id, "canvas_id": canvas_id})
    return [_build(row) for row in rows]


async def delete(conn: Connection, creator_id: int, canvas_id: int, film_id: int) -> bool:
    """Delete a film of an artist with its file; returns False if there is no such one."""
    params = {"creator_id": creator_id, "canvas_id": canvas_id, "film_id": film_id}
    return await conn.execute(_DELETE, params) > 0


async def delete_of(conn: Connection, artist_id: int) -> None:
    """Delete all films of an artist."""
    await conn.execute(_DELETE_OF, {"artist_id": artist_id})


async def get_part(conn: Connection, film_id: int, number: int) -> bytes | None:
    """Return a part of a film's file, counted from 0, or None after the last."""
    data = await conn.fetch_value(_PART, {"film_id": film_id, "number": number})
    return None if data is None else bytes(data)


async def lease(conn: Connection, formats: Collection[FilmFormat]) -> Film | None:
    """Lease the oldest film that waits, or whose worker has ended; what that worker made is deleted."""
    params = {"formats": texts([one.value for one in formats]), "lease": LEASE_SECONDS, "most": MAX_ATTEMPTS}
    film = _film_of(await conn.fetch_one(_LEASE, params))
    if film is not None:
        conn.defer(_DELETE_PARTS, {"film_id": film.id})
    return film


async def renew(conn: Connection, film: Film) -> bool:
    """Renew the lease of a film; False if it is no longer this worker's."""
    return await conn.execute(_RENEW, {**_lease_of(film), "lease": LEASE_SECONDS}) > 0


async def progress(conn: Connection, film: Film, frames: int, frames_done: int) -> Film | None:
    """Store how far a film is, and renew its lease; None if it is no longer this worker's."""
    params = {**_lease_of(film), "frames": frames, "frames_done": frames_done, "lease": LEASE_SECONDS}
    return _film_of(await conn.fetch_one(_PROGRESS, params))


async def add_part(conn: Connection, film: Film, number: int, data: bytes) -> bool:
    """Store the next part of a film's file, and renew its lease; False if it is no longer this worker's."""
    params = {**_lease_of(film), "number": number, "data": data, "lease": LEASE_SECONDS}
    return await conn.execute(_ADD_PART, params) > 0


async def finish(conn: Connection, film: Film, failure: FilmFailure | None = None) -> Film | None:
    """Store that a film is ready, or why it is given up; None if it is no longer this worker's."""
    status = FilmStatus.READY if failure is None else FilmStatus.FAILED
    params = {**_lease_of(film), "status": status, "failure": failure, "lifetime": LIFETIME}
    return _film_of(await conn.fetch_one(_FINISH, params))


async def release(conn: Connection, film: Film) -> None:
    """End the lease of a film, so that another worker begins it again at once."""
    await conn.execute(_RELEASE, _lease_of(film))


async def prune(conn: Connection) -> None:
    """Give up films that were begun too often; delete those that have expired or find no room.

    Those of a deleted canvas go, too.
    """
    await conn.execute(_GIVE_UP, {"most": MAX_ATTEMPTS})
    await conn.execute(_PRUNE)
    await conn.execute(_DROP_OF_DELETED)
    await conn.execute(_DROP_BEYOND, {"most": MAX_KEPT_BYTES})


async def count_changes(conn: Connection, canvas_id: int, start: datetime, end: datetime) -> int:
    """Return how many changes there are of the public tiles of a canvas: a second per few million."""
    return int(await conn.fetch_value(_COUNT_CHANGES, {"canvas_id": canvas_id, "start": start, "end": end}))


def _lease_of(film: Film) -> dict[str, int]:
    return {"film_id": film.id, "attempt": film.attempt}


def _film_of(row: Row | None) -> Film | None:
    return None if row is None else _build(row)


def _build(row: Row) -> Film:
    values = row._asdict()
    del values["leased_until"]
    failure = values["failure"]
    return Film(
        **{
            **values,
            "format": FilmFormat(values["format"]),
            "status": FilmStatus(values["status"]),
            "failure": None if failure is None else FilmFailure(failure),
        }
    )
