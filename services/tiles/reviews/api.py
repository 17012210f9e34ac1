"""Routes of reviews."""

from __future__ import annotations

from aiohttp import web

from services.tiles.reviews.schemas import ListedReviews, ReviewView, Verdict
from services.tiles.reviews.service import REVIEWS
from shared.http.access import Access
from shared.http.models import Page
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def list_reviews(
    request: web.Request, canvas_id: int, query: ListedReviews, caller: Identity
) -> web.Response:
    """List the submissions to a canvas by status, pending ones by default.

    The canvas's owner and moderators see all of them, artists their own. In other modes than `review` there
    are no new submissions; those that were pending when the mode changed stay pending, and can be decided.
    """
    return respond(await request.app[REVIEWS].list(caller, canvas_id, query))


async def decide_review(
    request: web.Request, canvas_id: int, review_id: int, body: Verdict, caller: Identity
) -> web.Response:
    """Approve a submission, which makes it the tile's picture, or reject it with a note for the artist."""
    return respond(ReviewView.of(await request.app[REVIEWS].decide(caller, canvas_id, review_id, body)))


OPERATIONS = (
    Operation(
        "GET", "/canvases/{canvas_id}/reviews", list_reviews, {200: Page[ReviewView]}, Access.ARTIST,
        ("409 no_claims",),
    ),
    Operation(
        "POST", "/canvases/{canvas_id}/reviews/{review_id}", decide_review, {200: ReviewView}, Access.ARTIST,
        (
            "403 not_reviewer", "404 review_not_found", "409 already_decided", "409 archived",
            "409 no_claims", "409 superseded", "409 tile_locked",
        ),
    ),
)  # fmt: skip
