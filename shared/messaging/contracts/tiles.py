"""Events about tiles and their locks.

`actor_id` acted, `creator_id` is the artist whose tile it is; null in `place` mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal

from shared.messaging.contracts.canvases import CanvasEvent

Cause = Literal["edit", "revert", "rollback"]
"""What made a new version of a tile: what an artist painted, the return to a version, a canvas's rollback."""


class TileEvent(CanvasEvent):
    """A change of one tile; `version` and `like_count` as they are after it."""

    tile_id: int
    creator_id: int | None
    actor_id: int
    version: int
    like_count: int = 0
    is_public: bool | None = None
    """False for a draft, which only its creator and moderators see; None where an event lacks it."""
    cause: Cause = "edit"


class TileWritten(TileEvent):
    """A tile as it is after a write; `x` and `y` are its cell, not pixels."""

    x: int
    y: int

    @classmethod
    def upgrade(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Derive `is_public` of an older message from its view, where a draft was `"tile": null`."""
        if "is_public" in data:
            return data
        return {**data, "is_public": data.get("view", {}).get("tile", ...) is not None}


class TileCreated(TileWritten):
    """A free cell was claimed."""

    type: ClassVar[str] = "tile.created"


class TileUpdated(TileWritten):
    """A tile's pixels or description changed."""

    type: ClassVar[str] = "tile.updated"


class TileDeleted(TileEvent):
    """A tile was removed, and with it the `like_count` likes it had."""

    type: ClassVar[str] = "tile.deleted"

    x: int
    y: int


class TileLiked(TileEvent):
    """`actor_id` likes the tile."""

    type: ClassVar[str] = "tile.liked"
    changes_picture: ClassVar[bool] = False


class TileUnliked(TileEvent):
    """`actor_id` no longer likes the tile."""

    type: ClassVar[str] = "tile.unliked"
    changes_picture: ClassVar[bool] = False


class LockAcquired(CanvasEvent):
    """Only `holder_id` may write the tile until `expires_at`; also emitted when a lock is renewed."""

    type: ClassVar[str] = "lock.acquired"
    changes_picture: ClassVar[bool] = False

    tile_id: int
    holder_id: int
    expires_at: datetime


class LockReleased(CanvasEvent):
    """`actor_id` released the lock, its holder or a moderator; None: it expired."""

    type: ClassVar[str] = "lock.released"
    changes_picture: ClassVar[bool] = False

    tile_id: int
    holder_id: int
    actor_id: int | None = None
