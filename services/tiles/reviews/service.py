"""Use cases of reviews."""

from __future__ import annotations

from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import CanvasChanges, Journal
from services.tiles.canvases.locking import prepend_lock
from services.tiles.canvases.rules import check_claims
from services.tiles.canvases.service import visible_to
from services.tiles.edits.rules import NewValues, new_version
from services.tiles.edits.versions import defer_versions
from services.tiles.reviews import rules, store
from services.tiles.reviews.rules import Decision, Review
from services.tiles.reviews.schemas import ListedReviews, ReviewView, Verdict
from services.tiles.submissions.rules import ReviewStatus
from services.tiles.tiles.rules import TileState
from services.tiles.tiles.states import get_state
from shared.db import Connection, Database
from shared.errors import NotFound
from shared.http.models import Page
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.contracts import ReviewApproved, ReviewRejected

OUTCOMES = {
    Decision.APPROVE: (ReviewStatus.APPROVED, ReviewApproved),
    Decision.REJECT: (ReviewStatus.REJECTED, ReviewRejected),
}


class Reviews:
    """Listing submissions and deciding about them."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def list(self, caller: Identity, canvas_id: int, query: ListedReviews) -> Page[ReviewView]:
        """Return a slice of the submissions to a canvas: all of them to a reviewer, their own to an artist.

        Raises NotFound for the canvas, Conflict `no_claims`.
        """
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            check_claims(canvas)
            found = await store.list_reviews(
                conn,
                canvas_id,
                caller.account_id,
                query.status,
                sees_all=rules.may_review(canvas, actor_of(caller)),
                after=after_id(query),
                count=query.limit + 1,
            )
        items, cursor = slice_of(
            found, query, lambda review: (review.id,), lambda review: len(review.pixels or b"")
        )
        return Page(items=[ReviewView.of(review) for review in items], next_cursor=cursor)

    async def decide(self, caller: Identity, canvas_id: int, review_id: int, verdict: Verdict) -> Review:
        """Approve a submission, which makes it the tile's picture, or reject it; once, in any mode.

        Raises NotFound for canvas or submission, NotAllowed, Conflict `no_claims`, `already_decided`,
        `superseded` or `tile_locked`.
        """
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            prepend_lock(conn, canvas_id)
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            check_claims(canvas)
            rules.check_may_review(canvas, actor_of(caller))
            review = _check_exists(await store.get(conn, canvas_id, review_id))
            rules.check_undecided(review)
            state = await get_state(conn, review.tile_id)
            assert state is not None
            await _decide(conn, changes, caller, review, state, verdict)
            return _check_exists(await store.get(conn, canvas_id, review_id))


async def _decide(
    conn: Connection,
    changes: CanvasChanges,
    caller: Identity,
    review: Review,
    state: TileState,
    verdict: Verdict,
) -> None:
    status, event_type = OUTCOMES[verdict.decision]
    actor, canvas = actor_of(caller), state.canvas
    if status is ReviewStatus.APPROVED:
        rules.check_may_apply(review, state.lock, actor)
        assert review.pixels is not None
        values = NewValues.of_pixels(review.pixels)
        version = new_version(state, values, changes.number(canvas), actor, author_id=review.author.id)
        defer_versions(conn, changes, [version])
    await store.decide(conn, review.id, status, verdict.note, caller.account_id)
    changes.record(
        event_type,
        canvas,
        {"review_id": review.id, "tile_id": review.tile_id, "x": review.x, "y": review.y},
        review_id=review.id,
        tile_id=review.tile_id,
        author_id=review.author.id,
        actor_id=caller.account_id,
    )


def _check_exists(review: Review | None) -> Review:
    if review is None:
        raise NotFound("review_not_found", "No such submission to this canvas.")
    return review


REVIEWS = web.AppKey("REVIEWS", Reviews)
