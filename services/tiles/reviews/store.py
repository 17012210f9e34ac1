"""SQL of reviews; a writer holds the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update

from services.tiles.artists.rules import Artist
from services.tiles.reviews.rules import Review
from services.tiles.submissions.rules import ReviewStatus
from services.tiles.tables import artists, reviews, tiles
from shared.db import Connection, Row

_authors = artists.alias("authors")
_reviewers = artists.alias("reviewers")
_REVIEWS: Select[Any] = (
    select(
        reviews.c.id,
        reviews.c.canvas_id,
        reviews.c.tile_id,
        tiles.c.x,
        tiles.c.y,
        reviews.c.author_id,
        _authors.c.username.label("author_username"),
        func.coalesce(_authors.c.display_name, _authors.c.username).label("author_display_name"),
        reviews.c.pixels,
        reviews.c.status,
        reviews.c.note,
        reviews.c.submitted_at,
        reviews.c.reviewer_id,
        _reviewers.c.username.label("reviewer_username"),
        func.coalesce(_reviewers.c.display_name, _reviewers.c.username).label("reviewer_display_name"),
        reviews.c.decided_at,
    )
    .join_from(reviews, tiles, tiles.c.id == reviews.c.tile_id)
    .join(_authors, _authors.c.id == reviews.c.author_id)
    .outerjoin(_reviewers, _reviewers.c.id == reviews.c.reviewer_id)
    .where(reviews.c.canvas_id == bindparam("canvas_id"))
)
_BY_ID = _REVIEWS.where(reviews.c.id == bindparam("review_id"))
_OF_CANVAS = (
    _REVIEWS.where(
        reviews.c.status == bindparam("status"),
        or_(bindparam("sees_all"), reviews.c.author_id == bindparam("viewer_id")),
        reviews.c.id > bindparam("after"),
    )
    .order_by(reviews.c.id)
    .limit(bindparam("count"))
)
_DECIDE = (
    update(reviews)
    .where(reviews.c.id == bindparam("review_id"), reviews.c.status == ReviewStatus.PENDING.value)
    .values(
        status=bindparam("new_status"),
        note=bindparam("new_note"),
        reviewer_id=bindparam("new_reviewer_id"),
        decided_at=func.clock_timestamp(),
    )
)


def review_of(row: Row) -> Review:
    """Read a submission from a row."""
    reviewer = None
    if row.reviewer_id is not None:
        reviewer = Artist(row.reviewer_id, row.reviewer_username, row.reviewer_display_name)
    return Review(
        id=row.id,
        canvas_id=row.canvas_id,
        tile_id=row.tile_id,
        x=row.x,
        y=row.y,
        author=Artist(row.author_id, row.author_username, row.author_display_name),
        pixels=row.pixels,
        status=ReviewStatus(row.status),
        note=row.note,
        submitted_at=row.submitted_at,
        reviewer=reviewer,
        decided_at=row.decided_at,
    )


async def get(conn: Connection, canvas_id: int, review_id: int) -> Review | None:
    """Return a submission to the canvas, or None."""
    row = await conn.fetch_one(_BY_ID, {"canvas_id": canvas_id, "review_id": review_id})
    return None if row is None else review_of(row)


async def list_reviews(
    conn: Connection,
    canvas_id: int,
    viewer_id: int,
    status: ReviewStatus,
    *,
    sees_all: bool,
    after: int,
    count: int,
) -> Sequence[Review]:
    """Return up to `count` submissions of a status by id, beyond `after`: all, or the viewer's own."""
    params = {
        "canvas_id": canvas_id, "viewer_id": viewer_id, "status": status.value, "sees_all": sees_all,
        "after": after, "count": count,
    }  # fmt: skip
    return [review_of(row) for row in await conn.fetch_all(_OF_CANVAS, params)]


async def decide(
    conn: Connection, review_id: int, status: ReviewStatus, note: str | None, reviewer_id: int
) -> None:
    """Store a decision about a pending submission."""
    await conn.execute(
        _DECIDE,
        {
            "review_id": review_id,
            "new_status": status.value,
            "new_note": note,
            "new_reviewer_id": reviewer_id,
        },
    )
