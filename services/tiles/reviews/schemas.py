"""Requests and responses about reviews."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from services.tiles.reviews.rules import Decision, Review
from services.tiles.submissions.rules import ReviewStatus
from shared.http.models import LINES, Body, Paging, View

MAX_NOTE = 1000


class Verdict(Body):
    """A decision, with a note to the artist."""

    decision: Decision = Field(strict=False)
    note: Annotated[str, Field(max_length=MAX_NOTE), LINES] | None = None


class ListedReviews(Paging):
    """A slice of a canvas's submissions of one status."""

    status: ReviewStatus = ReviewStatus.PENDING


class ReviewView(View):
    """Pixels that an artist submitted for a tile, and their status; a superseded submission has no pixels."""

    id: int
    canvas_id: int
    tile_id: int
    x: int
    y: int
    author: ArtistView
    pixels: str | None
    status: ReviewStatus
    note: str | None
    submitted_at: datetime
    reviewer: ArtistView | None
    decided_at: datetime | None

    @classmethod
    def of(cls, review: Review) -> ReviewView:
        """Show a submission, its pixels as base64."""
        return cls(
            id=review.id,
            canvas_id=review.canvas_id,
            tile_id=review.tile_id,
            x=review.x,
            y=review.y,
            author=ArtistView.model_validate(review.author),
            pixels=None if review.pixels is None else base64.b64encode(review.pixels).decode(),
            status=review.status,
            note=review.note,
            submitted_at=review.submitted_at,
            reviewer=None if review.reviewer is None else ArtistView.model_validate(review.reviewer),
            decided_at=review.decided_at,
        )
