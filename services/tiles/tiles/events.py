"""What tiles tell of themselves."""

from __future__ import annotations

from typing import TypeVar

import orjson

from services.tiles.canvases.journal import view
from services.tiles.tiles.rules import Tile
from services.tiles.tiles.schemas import tile_json
from shared.messaging.contracts import TileCreated, TileDeleted, TileUpdated

EventT = TypeVar("EventT", bound=TileCreated | TileUpdated | TileDeleted)


def tile_event(
    event_type: type[EventT], seq: int, tile: Tile, actor_id: int, *, traceparent: str | None = None
) -> EventT:
    """Build the event of a change that left the tile as given.

    Viewers of the canvas see the whole tile, or that there is none to see for them (`"tile": null`).
    """
    shown = None
    if tile.is_public and event_type is not TileDeleted:
        shown = orjson.Fragment(tile_json(tile))
    return event_type(
        canvas_id=tile.canvas_id,
        seq=seq,
        tile_id=tile.id,
        creator_id=tile.creator.id,
        actor_id=actor_id,
        version=tile.version,
        like_count=tile.like_count,
        is_public=tile.is_public,
        x=tile.x,
        y=tile.y,
        view=view(event_type, seq, tile_id=tile.id, x=tile.x, y=tile.y, tile=shown),
        traceparent=traceparent,
    )
