"""Events about areas, the rectangles of cells that artists hold on a canvas in `area-lock` mode."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.messaging.contracts.canvases import CanvasEvent


class AreaEvent(CanvasEvent):
    """A change of one area, held by `holder_id` until then or from then on."""

    changes_picture: ClassVar[bool] = False

    area_id: int
    holder_id: int


class AreaClaimed(AreaEvent):
    """`holder_id` alone works in the area until `expires_at`, also when it was renewed."""

    type: ClassVar[str] = "area.claimed"

    expires_at: datetime


class AreaReleased(AreaEvent):
    """`actor_id`, the holder, the canvas's owner or a moderator, gave the area back."""

    type: ClassVar[str] = "area.released"

    actor_id: int


class AreaExpired(AreaEvent):
    """Nobody renewed the area in time; it stopped counting at its `expires_at`, a little before this."""

    type: ClassVar[str] = "area.expired"
