"""Events about pictures that wait for review on a canvas in `review` mode; none carries their pixels."""

from __future__ import annotations

from typing import ClassVar

from shared.messaging.contracts.canvases import CanvasEvent


class ReviewEvent(CanvasEvent):
    """A change of one submission, which `author_id` handed in for a tile."""

    changes_picture: ClassVar[bool] = False

    review_id: int
    tile_id: int
    author_id: int


class ReviewRequested(ReviewEvent):
    """A picture waits, in the place of what waited for that tile before."""

    type: ClassVar[str] = "review.requested"


class ReviewApproved(ReviewEvent):
    """`actor_id` approved it; the `tile.updated` before this event shows it."""

    type: ClassVar[str] = "review.approved"

    actor_id: int


class ReviewRejected(ReviewEvent):
    """`actor_id` rejected it; the tile stays as it is."""

    type: ClassVar[str] = "review.rejected"

    actor_id: int
