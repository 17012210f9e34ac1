"""What a reviewer decides, and who may; standard library only.

Which pixels need a review is decided in `tiles.rules.waits_for_review`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.tiles.artists.rules import Actor, Artist
from services.tiles.canvases.access import check_not_archived, manages
from services.tiles.canvases.rules import Canvas
from services.tiles.submissions.rules import ReviewStatus
from services.tiles.tiles.rules import Lock, check_unlocked
from shared.errors import Conflict, NotAllowed


class Decision(StrEnum):
    """A reviewer's decision."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Review:
    """Pixels that an artist submitted for a tile; None once a newer submission has superseded them."""

    id: int
    canvas_id: int
    tile_id: int
    x: int
    y: int
    author: Artist
    pixels: bytes | None
    status: ReviewStatus
    note: str | None
    submitted_at: datetime
    reviewer: Artist | None
    decided_at: datetime | None


def may_review(canvas: Canvas, actor: Actor) -> bool:
    """Return whether the actor decides on this canvas: its owner and moderators do."""
    return manages(canvas, actor)


def check_may_review(canvas: Canvas, actor: Actor) -> None:
    """Raise unless the actor decides on this canvas, and it is not archived."""
    if not may_review(canvas, actor):
        raise NotAllowed("not_reviewer", "Only the canvas's owner or a moderator can review submissions.")
    check_not_archived(canvas)


def check_undecided(review: Review) -> None:
    """Raise Conflict: `already_decided`, or `superseded` if the artist has submitted newer pixels."""
    if review.status is ReviewStatus.SUPERSEDED:
        raise Conflict("superseded", f"{review.author.username} has submitted a newer version of this tile.")
    if review.status is not ReviewStatus.PENDING:
        raise Conflict("already_decided", f"This submission was already {review.status}.")


def check_may_apply(review: Review, lock: Lock | None, actor: Actor) -> None:
    """Raise Conflict `tile_locked` while anyone except the artist and the reviewer holds the tile's lock.

    An approval changes the tile on the artist's behalf, so the artist's own lock does not prevent it.
    """
    if lock is not None and lock.holder.id != review.author.id:
        check_unlocked(lock, actor)
