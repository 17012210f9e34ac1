"""Events about tiles and their locks. `actor_id` is who did it, `creator_id` whose tile it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from shared.messaging.contracts.canvases import CanvasEvent


class TileEvent(CanvasEvent):
    """A change of one tile; `version` and `like_count` as they are after it."""

    tile_id: int
    creator_id: int
    actor_id: int
    version: int
    like_count: int = 0


class TileCreated(TileEvent):
    """A free cell was claimed; `x` and `y` are cells, not pixels."""

    type: ClassVar[str] = "tile.created"

    x: int
    y: int


class TileUpdated(TileEvent):
    """A tile's pixels or description changed."""

    type: ClassVar[str] = "tile.updated"

    x: int
    y: int


class TilePainted(CanvasEvent):
    """Strokes that were written together, on one canvas.

    `views` holds what a browser gets of each, in order and numbered without gaps; `seq` is the last one's
    number. A producer may give views that are encoded already (`orjson.Fragment`).
    """

    type: ClassVar[str] = "tile.painted"

    views: list[Any]

    @property
    def shown(self) -> Sequence[Any]:
        """What a browser gets of each stroke."""
        return self.views


class TileDeleted(TileEvent):
    """A tile was removed, and with it the `like_count` likes it had."""

    type: ClassVar[str] = "tile.deleted"

    x: int
    y: int


class TileLiked(TileEvent):
    """`actor_id` likes the tile now."""

    type: ClassVar[str] = "tile.liked"
    changes_picture: ClassVar[bool] = False


class TileUnliked(TileEvent):
    """`actor_id` does not like the tile any more."""

    type: ClassVar[str] = "tile.unliked"
    changes_picture: ClassVar[bool] = False


class LockAcquired(CanvasEvent):
    """`holder_id` alone may write the tile until `expires_at`, also when a lock was renewed."""

    type: ClassVar[str] = "lock.acquired"
    changes_picture: ClassVar[bool] = False

    tile_id: int
    holder_id: int
    expires_at: datetime


class LockReleased(CanvasEvent):
    """`holder_id` gave the lock back, or lost it to a moderator."""

    type: ClassVar[str] = "lock.released"
    changes_picture: ClassVar[bool] = False

    tile_id: int
    holder_id: int
