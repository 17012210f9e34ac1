"""SQL of offers; who changes one holds its canvas.

An offer that was declined stays as such: what became of a canvas whose owner left is not asked again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from services.tiles.artists.rules import Artist
from services.tiles.offers.rules import Offer
from shared.db import Connection, Row

_SELECT = (
    "SELECT canvas_offers.canvas_id, canvases.name, offered_at,"
    " owner.id AS owner_id, owner.username AS owner_username,"
    " coalesce(owner.display_name, owner.username) AS owner_display_name,"
    " heir.id AS heir_id, heir.username AS heir_username,"
    " coalesce(heir.display_name, heir.username) AS heir_display_name"
    " FROM canvas_offers JOIN canvases ON canvases.id = canvas_id"
    " JOIN artists AS owner ON owner.id = canvases.owner_id JOIN artists AS heir ON heir.id = heir_id"
    " WHERE declined_at IS NULL AND canvases.is_active"
)
_OF_CANVAS = text(f"{_SELECT} AND canvas_id = :canvas_id")
_TO_ARTIST = text(f"{_SELECT} AND heir_id = :heir_id AND canvas_id > :after ORDER BY canvas_id LIMIT :count")
_WAS_MADE = text("SELECT heir_id FROM canvas_offers WHERE canvas_id = :canvas_id AND heir_id = :heir_id")
_PUT = text(
    "INSERT INTO canvas_offers (canvas_id, heir_id) VALUES (:canvas_id, :heir_id)"
    " ON CONFLICT (canvas_id) DO UPDATE"
    " SET heir_id = excluded.heir_id, offered_at = excluded.offered_at, declined_at = NULL"
)
_DECLINE = text("UPDATE canvas_offers SET declined_at = statement_timestamp() WHERE canvas_id = :canvas_id")
_REMOVE = text("DELETE FROM canvas_offers WHERE canvas_id = :canvas_id")
_REMOVE_TO = text("DELETE FROM canvas_offers WHERE heir_id = :heir_id")


async def get(conn: Connection, canvas_id: int) -> Offer | None:
    """Return the offer of a canvas that waits for an answer, or None."""
    row = await conn.fetch_one(_OF_CANVAS, {"canvas_id": canvas_id})
    return None if row is None else _offer_of(row)


async def list_to(conn: Connection, heir_id: int, *, after: int, count: int) -> Sequence[Offer]:
    """Return up to `count` offers that wait for an artist, of canvases with ids above `after`."""
    rows = await conn.fetch_all(_TO_ARTIST, {"heir_id": heir_id, "after": after, "count": count})
    return [_offer_of(row) for row in rows]


async def was_made(conn: Connection, canvas_id: int, heir_id: int) -> bool:
    """Return whether the canvas has been offered to that artist, who may have declined."""
    params = {"canvas_id": canvas_id, "heir_id": heir_id}
    return await conn.fetch_value(_WAS_MADE, params) is not None


async def put(conn: Connection, canvas_id: int, heir_id: int) -> None:
    """Store an offer, in place of an earlier one. Raises ReferenceViolated for an unknown artist."""
    await conn.execute(_PUT, {"canvas_id": canvas_id, "heir_id": heir_id})


def defer_decline(conn: Connection, canvas_id: int) -> None:
    """Store with the COMMIT that the offer of a canvas was declined."""
    conn.defer(_DECLINE, {"canvas_id": canvas_id})


def defer_removal(conn: Connection, canvas_id: int) -> None:
    """Delete the offer of a canvas with the COMMIT."""
    conn.defer(_REMOVE, {"canvas_id": canvas_id})


async def remove_to(conn: Connection, heir_id: int) -> None:
    """Delete the offers to a deleted account."""
    await conn.execute(_REMOVE_TO, {"heir_id": heir_id})


def _offer_of(row: Row) -> Offer:
    return Offer(
        canvas_id=row.canvas_id,
        canvas_name=row.name,
        owner=Artist(row.owner_id, row.owner_username, row.owner_display_name),
        heir=Artist(row.heir_id, row.heir_username, row.heir_display_name),
        offered_at=row.offered_at,
    )
