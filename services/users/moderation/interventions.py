"""Audit of what moderators do to other artists' work in tiles, recorded as its events arrive.

A tile is deleted by its creator, the owner of its canvas or a moderator; a canvas is changed and deleted by
its owner or a moderator. So an actor who is neither creator nor owner acted as a moderator.
"""

from __future__ import annotations

from services.users.audit.rules import AuditedAction
from services.users.audit.store import append
from services.users.stats.service import record_canvas, record_tile
from services.users.stats.store import get_canvas
from shared.db import Connection
from shared.messaging.contracts import CanvasDeleted, CanvasUpdated, TileDeleted


async def record_tile_deletion(conn: Connection, event: TileDeleted) -> None:
    """Record a deleted tile in the stats, and in the audit log if a moderator deleted it."""
    await record_tile(conn, event)
    if event.actor_id == event.creator_id:
        return
    canvas = await get_canvas(conn, event.canvas_id)
    # A canvas's own events precede those of its tiles; without them its owner is unknown.
    if canvas is not None and event.actor_id != canvas.owner_id:
        details = {"canvas_id": event.canvas_id, "creator_id": event.creator_id, "x": event.x, "y": event.y}
        await append(
            conn, AuditedAction(event.actor_id, "tile.delete", "tile", event.tile_id, details=details)
        )


async def record_canvas_change(conn: Connection, event: CanvasUpdated | CanvasDeleted) -> None:
    """Record a canvas in the stats, and in the audit log if a moderator changed or deleted it."""
    await record_canvas(conn, event)
    if event.actor_id != event.owner_id:
        action = "canvas.delete" if isinstance(event, CanvasDeleted) else "canvas.update"
        details = {"owner_id": event.owner_id}
        await append(conn, AuditedAction(event.actor_id, action, "canvas", event.canvas_id, details=details))
