"""Events about submissions on a canvas in `review` mode; none contains their pixels."""

from __future__ import annotations

from typing import ClassVar

from shared.messaging.contracts.canvases import CanvasEvent


class ReviewEvent(CanvasEvent):
    """A change of one submission of `author_id` for a tile."""

    changes_picture: ClassVar[bool] = False

    review_id: int
    tile_id: int
    author_id: int


class ReviewRequested(ReviewEvent):
    """A submission waits for review; it replaces the one that waited for that tile before."""

    type: ClassVar[str] = "review.requested"


class ReviewApproved(ReviewEvent):
    """`actor_id` approved it; the preceding `tile.updated` has the new tile."""

    type: ClassVar[str] = "review.approved"

    actor_id: int


class ReviewRejected(ReviewEvent):
    """`actor_id` rejected it; the tile stays as it is."""

    type: ClassVar[str] = "review.rejected"

    actor_id: int
