"""Events about areas, the rectangles of cells that artists hold on a canvas in `area-lock` mode."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.messaging.contracts.canvases import CanvasEvent


class AreaEvent(CanvasEvent):
    """A change of one area that `holder_id` holds or held."""

    changes_picture: ClassVar[bool] = False

    area_id: int
    holder_id: int


class AreaClaimed(AreaEvent):
    """Only `holder_id` may edit the area until `expires_at`; also emitted when an area is renewed."""

    type: ClassVar[str] = "area.claimed"

    expires_at: datetime


class AreaReleased(AreaEvent):
    """The holder, the canvas's owner or a moderator (`actor_id`) released the area."""

    type: ClassVar[str] = "area.released"

    actor_id: int


class AreaExpired(AreaEvent):
    """The area was not renewed; it stopped being held at its `expires_at`, shortly before this event."""

    type: ClassVar[str] = "area.expired"
