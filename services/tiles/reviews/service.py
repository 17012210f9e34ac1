"""Use cases of reviews."""

from __future__ import annotations

from aiohttp import web

from services.tiles.artists.store import lead_with_meeting
from services.tiles.canvases import store as canvases_store
from services.tiles.canvases.journal import Journal, view
from services.tiles.canvases.service import visible_to
from services.tiles.reviews import rules, store
from services.tiles.reviews.rules import Decision, Review, ReviewStatus
from services.tiles.reviews.schemas import ListedReviews, ReviewView, Verdict
from services.tiles.tiles import store as tiles_store
from services.tiles.tiles.rules import TileState
from services.tiles.tiles.service import actor_of, apply
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
    """Looking at what waits, and deciding about it."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal

    async def list(self, caller: Identity, canvas_id: int, query: ListedReviews) -> Page[ReviewView]:
        """Return a slice of the submissions to a canvas: for reviewers all, for an artist their own.

        Raises NotFound for the canvas.
        """
        async with self._database.connection() as conn:
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            found = await store.listed(
                conn,
                canvas_id,
                caller.account_id,
                query.status,
                sees_all=rules.may_review(canvas, actor_of(caller)),
                after=after_id(query),
                count=query.limit + 1,
            )
        items, cursor = slice_of(found, query, lambda review: (review.id,))
        return Page(items=[ReviewView.of(review) for review in items], next_cursor=cursor)

    async def decide(self, caller: Identity, canvas_id: int, review_id: int, verdict: Verdict) -> Review:
        """Approve a submission, which makes it the tile's picture, or reject it; once, in whatever mode.

        Raises NotFound for canvas or submission, NotAllowed, Conflict `already_decided`, `superseded` or
        `tile_locked`.
        """
        async with self._database.transaction() as conn:
            lead_with_meeting(conn, caller)
            canvases_store.lead_with_lock(conn, canvas_id)
            canvas = visible_to(caller, await canvases_store.get(conn, canvas_id))
            rules.check_may_review(canvas, actor_of(caller))
            review = _found(await store.get(conn, canvas_id, review_id))
            rules.check_undecided(review)
            state = await tiles_store.state(conn, review.tile_id)
            assert state is not None
            await self._decide(conn, caller, review, state, verdict)
            return _found(await store.get(conn, canvas_id, review_id))

    async def _decide(
        self, conn: Connection, caller: Identity, review: Review, state: TileState, verdict: Verdict
    ) -> None:
        status, event_type = OUTCOMES[verdict.decision]
        seq = state.canvas.seq + 1
        if status is ReviewStatus.APPROVED:
            rules.check_may_apply(review, state.lock, actor_of(caller))
            values = {"pixels": review.pixels}
            apply(conn, self._journal, state, caller, values, author_id=review.author.id)
            seq += 1
        await store.decide(conn, review.id, status, verdict.note, caller.account_id)
        self._journal.record(
            conn,
            event_type(
                canvas_id=review.canvas_id,
                seq=seq,
                review_id=review.id,
                tile_id=review.tile_id,
                author_id=review.author.id,
                actor_id=caller.account_id,
                view=view(
                    event_type, seq, review_id=review.id, tile_id=review.tile_id, x=review.x, y=review.y
                ),
            ),
        )


def _found(review: Review | None) -> Review:
    if review is None:
        raise NotFound("review_not_found", "no such submission to this canvas")
    return review


REVIEWS = web.AppKey("REVIEWS", Reviews)
