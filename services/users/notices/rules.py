"""What a notice is; standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.users.people import Person

MOST_KEPT = 1000
"""Notices of one artist; older ones go."""

MOST_ACTORS = 100
"""Artists who are counted in one notice."""

ACTORS_SHOWN = 3


class NoticeKind(StrEnum):
    """What a notice is about."""

    LIKE = "like"
    FOLLOWER = "follower"
    MENTION = "mention"
    REVIEW_WAITING = "review_waiting"
    REVIEW_DECIDED = "review_decided"
    LOCK_TAKEN = "lock_taken"
    TILE_REMOVED = "tile_removed"
    REPORT_CLOSED = "report_closed"
    MUTED = "muted"
    INVITATION = "invitation"
    CLAIM_ENDING = "claim_ending"
    CANVAS_OPENED = "canvas_opened"
    CANVAS_CLOSED = "canvas_closed"
    CANVAS_OFFERED = "canvas_offered"
    OFFER_ANSWERED = "offer_answered"


@dataclass(frozen=True, slots=True)
class NewNotice:
    """Something that concerns these artists.

    Of each, notices about the same `subject` are one, with all their actors, until it is read. Without
    `actor_id` they do not learn who acted.
    """

    recipient_ids: Sequence[int]
    kind: NoticeKind
    subject: str
    occurred_at: datetime
    actor_id: int | None = None
    canvas_id: int | None = None
    tile_id: int | None = None
    message_id: int | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as stored; `seq` orders those of a recipient by their last change."""

    id: int
    seq: int
    kind: NoticeKind
    actors: Sequence[Person]
    actor_count: int
    canvas_id: int | None
    tile_id: int | None
    x: int | None
    y: int | None
    message_id: int | None
    outcome: str | None
    occurred_at: datetime
    is_read: bool
