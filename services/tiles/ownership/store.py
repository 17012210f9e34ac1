"""SQL of ownership; a writer holds the canvas."""

from __future__ import annotations

from sqlalchemy import text

from shared.db import Connection

_SET_OWNER = text("UPDATE canvases SET owner_id = :owner_id WHERE id = :canvas_id")
_END_MEMBERSHIP = text("DELETE FROM members WHERE canvas_id = :canvas_id AND artist_id = :owner_id")


def defer_owner(conn: Connection, canvas_id: int, owner_id: int) -> None:
    """Store the new owner, who is no member besides, with the COMMIT."""
    conn.defer(_SET_OWNER, {"canvas_id": canvas_id, "owner_id": owner_id})
    conn.defer(_END_MEMBERSHIP, {"canvas_id": canvas_id, "owner_id": owner_id})
