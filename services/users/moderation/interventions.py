"""What moderators do to other artists' work in the tiles service, written down as its events arrive.

Only a creator, the owner of the canvas and moderators delete a tile, and only its owner and moderators change
or delete a canvas: so whoever did it and is none of the others acted as a moderator.
"""

from __future__ import annotations

from services.users.audit.rules import Action
from services.users.audit.store import append
from services.users.stats.service import canvas_changed, tile_changed
from services.users.stats.store import known_canvas
from shared.db import Connection
from shared.messaging.contracts import CanvasDeleted, CanvasUpdated, TileDeleted


async def tile_deleted(conn: Connection, event: TileDeleted) -> None:
    """Count a tile that is gone; a moderator who took it away is written down."""
    await tile_changed(conn, event)
    if event.actor_id == event.creator_id:
        return
    canvas = await known_canvas(conn, event.canvas_id)
    # A canvas's own events come before those of its tiles; without them nobody can tell who owns it.
    if canvas is not None and event.actor_id != canvas.owner_id:
        details = {"canvas_id": event.canvas_id, "creator_id": event.creator_id, "x": event.x, "y": event.y}
        await append(conn, Action(event.actor_id, "tile.delete", "tile", event.tile_id, details=details))


async def canvas_intervened(conn: Connection, event: CanvasUpdated | CanvasDeleted) -> None:
    """Count a canvas as it is now; a moderator who changed or deleted it is written down."""
    await canvas_changed(conn, event)
    if event.actor_id != event.owner_id:
        action = "canvas.delete" if isinstance(event, CanvasDeleted) else "canvas.update"
        details = {"owner_id": event.owner_id}
        await append(conn, Action(event.actor_id, action, "canvas", event.canvas_id, details=details))
