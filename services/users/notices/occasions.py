"""Handlers of the events that artists get notices of, each in the consumer's transaction."""

from __future__ import annotations

from services.users.notices import store
from services.users.notices.rules import NewNotice, NoticeKind
from services.users.stats.store import get_canvas
from shared.db import Connection
from shared.messaging.contracts import (
    ArtistMuted,
    ArtistsMentioned,
    CanvasClosed,
    CanvasOffered,
    CanvasOpened,
    ClaimEnding,
    DigestStopped,
    LockReleased,
    MemberNamed,
    OfferEnded,
    ReviewApproved,
    ReviewRejected,
    ReviewRequested,
    TileDeleted,
    TileLiked,
    TileUnliked,
)


async def on_liked(conn: Connection, event: TileLiked) -> None:
    """Tell a tile's creator who likes it."""
    if event.creator_id is None or event.creator_id == event.actor_id:
        return
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.creator_id],
            kind=NoticeKind.LIKE,
            subject=f"tile:{event.tile_id}",
            occurred_at=event.occurred_at,
            actor_id=event.actor_id,
            canvas_id=event.canvas_id,
            tile_id=event.tile_id,
        ),
    )


async def on_unliked(conn: Connection, event: TileUnliked) -> None:
    """Withdraw a like that its tile's creator has not read of."""
    if event.creator_id is not None:
        await store.withdraw(conn, event.creator_id, NoticeKind.LIKE, f"tile:{event.tile_id}", event.actor_id)


async def on_mentioned(conn: Connection, event: ArtistsMentioned) -> None:
    """Tell artists who mentions them in the chat of a canvas."""
    await store.add(
        conn,
        NewNotice(
            recipient_ids=event.account_ids,
            kind=NoticeKind.MENTION,
            subject=f"message:{event.message_id}",
            occurred_at=event.occurred_at,
            actor_id=event.actor_id,
            canvas_id=event.canvas_id,
            message_id=event.message_id,
        ),
    )


async def on_review_requested(conn: Connection, event: ReviewRequested) -> None:
    """Tell a canvas's owner whose work waits for a review, if the owner is known."""
    canvas = await get_canvas(conn, event.canvas_id)
    if canvas is None or canvas.owner_id == event.author_id:
        return
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[canvas.owner_id],
            kind=NoticeKind.REVIEW_WAITING,
            subject=f"canvas:{event.canvas_id}",
            occurred_at=event.occurred_at,
            actor_id=event.author_id,
            canvas_id=event.canvas_id,
        ),
    )


async def on_reviewed(conn: Connection, event: ReviewApproved | ReviewRejected) -> None:
    """Tell an artist what was decided about their submission."""
    if event.actor_id == event.author_id:
        return
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.author_id],
            kind=NoticeKind.REVIEW_DECIDED,
            subject=f"review:{event.review_id}",
            occurred_at=event.occurred_at,
            canvas_id=event.canvas_id,
            tile_id=event.tile_id,
            outcome="approved" if isinstance(event, ReviewApproved) else "rejected",
        ),
    )


async def on_lock_released(conn: Connection, event: LockReleased) -> None:
    """Tell an artist that a moderator released their lock."""
    if event.actor_id is None or event.actor_id == event.holder_id:
        return
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.holder_id],
            kind=NoticeKind.LOCK_TAKEN,
            subject=f"change:{event.canvas_id}:{event.seq}",
            occurred_at=event.occurred_at,
            canvas_id=event.canvas_id,
            tile_id=event.tile_id,
        ),
    )


async def on_tile_deleted(conn: Connection, event: TileDeleted) -> None:
    """Tell a tile's creator that another has removed it, unless with many in a rollback."""
    if event.creator_id in (None, event.actor_id) or event.cause == "rollback":
        return
    assert event.creator_id is not None
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.creator_id],
            kind=NoticeKind.TILE_REMOVED,
            subject=f"change:{event.canvas_id}:{event.seq}",
            occurred_at=event.occurred_at,
            canvas_id=event.canvas_id,
            tile_id=event.tile_id,
        ),
    )


async def on_muted(conn: Connection, event: ArtistMuted) -> None:
    """Tell an artist that they may not write on a canvas."""
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.artist_id],
            kind=NoticeKind.MUTED,
            subject=f"canvas:{event.canvas_id}",
            occurred_at=event.occurred_at,
            canvas_id=event.canvas_id,
        ),
    )


async def on_member_named(conn: Connection, event: MemberNamed) -> None:
    """Tell an artist who gave them a role on a canvas, and which."""
    if event.actor_id == event.artist_id:
        return
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.artist_id],
            kind=NoticeKind.INVITATION,
            subject=f"canvas:{event.canvas_id}",
            occurred_at=event.occurred_at,
            actor_id=event.actor_id,
            canvas_id=event.canvas_id,
            outcome=event.role,
        ),
    )


async def on_claim_ending(conn: Connection, event: ClaimEnding) -> None:
    """Remind an artist of a lock or an area that ends soon; renewing it is up to them."""
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.holder_id],
            kind=NoticeKind.CLAIM_ENDING,
            subject=f"{event.claim}:{event.claim_id}",
            occurred_at=event.occurred_at,
            canvas_id=event.canvas_id,
            tile_id=event.claim_id if event.claim == "lock" else None,
            outcome=event.claim,
        ),
    )


async def on_canvas_opened(conn: Connection, event: CanvasOpened) -> None:
    """Tell those who take part in a canvas that painting has begun."""
    await _tell_of_moment(conn, event, NoticeKind.CANVAS_OPENED)


async def on_canvas_closed(conn: Connection, event: CanvasClosed) -> None:
    """Tell those who took part in a canvas that its picture is finished."""
    await _tell_of_moment(conn, event, NoticeKind.CANVAS_CLOSED)


async def _tell_of_moment(conn: Connection, event: CanvasOpened | CanvasClosed, kind: NoticeKind) -> None:
    await store.add(
        conn,
        NewNotice(
            recipient_ids=event.account_ids,
            kind=kind,
            subject=f"canvas:{event.canvas_id}",
            occurred_at=event.moment,
            canvas_id=event.canvas_id,
        ),
    )


async def on_digest_stopped(conn: Connection, event: DigestStopped) -> None:
    """Send no digest any more, as the link in one was used."""
    await store.stop_digest(conn, event.account_id)


async def on_canvas_offered(conn: Connection, event: CanvasOffered) -> None:
    """Tell an artist who offers them a canvas."""
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.heir_id],
            kind=NoticeKind.CANVAS_OFFERED,
            subject=f"canvas:{event.canvas_id}",
            occurred_at=event.occurred_at,
            actor_id=event.actor_id,
            canvas_id=event.canvas_id,
        ),
    )


async def on_offer_ended(conn: Connection, event: OfferEnded) -> None:
    """Tell an owner what became of their offer, or withdraw one that its artist has not read of."""
    if event.outcome == "withdrawn":
        subject = f"canvas:{event.canvas_id}"
        await store.withdraw(conn, event.heir_id, NoticeKind.CANVAS_OFFERED, subject, event.owner_id)
        return
    await store.add(
        conn,
        NewNotice(
            recipient_ids=[event.owner_id],
            kind=NoticeKind.OFFER_ANSWERED,
            subject=f"canvas:{event.canvas_id}",
            occurred_at=event.occurred_at,
            actor_id=event.heir_id,
            canvas_id=event.canvas_id,
            outcome=event.outcome,
        ),
    )
