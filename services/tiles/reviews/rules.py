"""What waits for review and who decides; standard library only.

Whose work has to wait is decided with everything else about tiles, in `tiles.rules.waits_for_review`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.tiles.artists.rules import Artist
from services.tiles.canvases.rules import Canvas
from services.tiles.tiles.rules import Actor, Lock, check_unlocked
from shared.errors import Conflict, NotAllowed


class ReviewStatus(StrEnum):
    """What became of a submission; it is decided once, by the first decision."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


class Decision(StrEnum):
    """What a reviewer says."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Review:
    """Pixels that an artist handed in for a tile; None once newer ones took their place."""

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
    """Whether the actor decides on this canvas: its owner and moderators do."""
    return actor.is_moderator or actor.id == canvas.owner.id


def check_may_review(canvas: Canvas, actor: Actor) -> None:
    """Raise unless the actor decides on this canvas."""
    if not may_review(canvas, actor):
        raise NotAllowed("not_reviewer", "the canvas's owner or a moderator decides")


def check_undecided(review: Review) -> None:
    """Raise Conflict `already_decided`, or `superseded` when the artist has handed in something newer."""
    if review.status is ReviewStatus.SUPERSEDED:
        raise Conflict("superseded", f"{review.author.username} has handed in a newer picture of this tile")
    if review.status is not ReviewStatus.PENDING:
        raise Conflict("already_decided", f"this was {review.status} already")


def check_may_apply(review: Review, lock: Lock | None, actor: Actor) -> None:
    """Raise Conflict `tile_locked` while anybody but the artist and the reviewer holds the tile's lock.

    An approval writes the tile for the artist, whose own lock is no reason to wait.
    """
    if lock is not None and lock.holder.id != review.author.id:
        check_unlocked(lock, actor)
