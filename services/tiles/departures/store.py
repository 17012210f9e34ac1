"""SQL of departures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.tables import artists, canvas_offers, canvases, departures
from shared.db import Connection

CANVASES_AT_ONCE = 100

REMEMBERED_HOURS = 1
"""How long a departure is kept: a canvas that was made by a token not yet revoked everywhere goes as well."""

_ADD = (
    insert(departures)
    .values(artist_id=bindparam("artist_id"), heir_id=bindparam("heir_id"))
    .on_conflict_do_nothing()
)
_LIST = (
    select(
        departures.c.artist_id,
        artists.c.id.label("heir_id"),
        artists.c.username,
        DISPLAYED_NAME.label("display_name"),
        (artists.c.status == "deleted").label("is_heir_gone"),
    )
    .join_from(departures, artists, artists.c.id == departures.c.heir_id, isouter=True)
    .order_by(departures.c.artist_id)
)
_CANVASES = (
    select(canvases.c.id)
    .where(
        canvases.c.owner_id == bindparam("artist_id"),
        canvases.c.is_active,
        ~exists().where(
            canvas_offers.c.canvas_id == canvases.c.id,
            canvas_offers.c.heir_id == bindparam("heir_id", type_=BigInteger),
        ),
    )
    .order_by(canvases.c.id)
    .limit(CANVASES_AT_ONCE)
)
_PRUNE = delete(departures).where(
    departures.c.departed_at < func.now() - func.make_interval(0, 0, 0, 0, REMEMBERED_HOURS)
)


@dataclass(frozen=True, slots=True)
class Departure:
    """An artist who left, and whom their canvases are offered to; None: they are deleted."""

    artist_id: int
    heir: Artist | None
    is_heir_gone: bool
    """Whether the heir has left as well: then the canvases stay where they are."""


async def add(conn: Connection, artist_id: int, heir_id: int | None) -> None:
    """Store that the artist's canvases are deleted, or offered to the heir."""
    await conn.execute(_ADD, {"artist_id": artist_id, "heir_id": heir_id})


async def list_all(conn: Connection) -> Sequence[Departure]:
    """Return the departures of the last hour."""
    return [
        Departure(
            row.artist_id,
            None if row.heir_id is None else Artist(row.heir_id, row.username, row.display_name),
            bool(row.is_heir_gone),
        )
        for row in await conn.fetch_all(_LIST)
    ]


async def list_canvases(conn: Connection, departure: Departure) -> Sequence[int]:
    """Return the ids of up to CANVASES_AT_ONCE canvases that are neither deleted nor offered to the heir."""
    params = {"artist_id": departure.artist_id, "heir_id": departure.heir and departure.heir.id}
    return [row.id for row in await conn.fetch_all(_CANVASES, params)]


async def prune(conn: Connection) -> None:
    """Forget departures that are over."""
    await conn.execute(_PRUNE)
