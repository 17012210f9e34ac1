"""Audit of what moderators do to other artists' work in tiles, recorded as its events arrive.

A tile is deleted or taken back to a version by its creator, the owner of its canvas or a moderator; a canvas
is changed and deleted, an area released and a submission decided by the owner or a moderator (an area by its
holder, too); a lock is released by its holder or a moderator; a message of another is removed, and its author
muted, by the owner or a moderator. So an actor who is none of the others acted as a moderator: of the site,
or of the canvas, as `acted_for` in the details says.
"""

from __future__ import annotations

from dataclasses import replace

from services.users.audit.rules import AuditedAction
from services.users.audit.store import append
from services.users.moderation.store import moderates_site
from services.users.stats.service import record_canvas, record_tile
from services.users.stats.store import get_canvas
from shared.db import Connection
from shared.messaging.contracts import (
    AreaReleased,
    ArtistMuted,
    CanvasDeleted,
    CanvasRolledBack,
    CanvasUpdated,
    LockReleased,
    MessageRemoved,
    ReviewApproved,
    ReviewRejected,
    TileDeleted,
    TileUpdated,
)


async def record_tile_deletion(conn: Connection, event: TileDeleted) -> None:
    """Record a deleted tile in the stats, and in the audit log if a moderator deleted it."""
    await record_tile(conn, event)
    if event.cause != "rollback":  # which has an entry of its own, for all its tiles
        await _record_tile_action(conn, event, "tile.delete")


async def record_tile_change(conn: Connection, event: TileUpdated) -> None:
    """Record a changed tile in the stats, and in the audit log if a moderator restored a version of it."""
    await record_tile(conn, event)
    if event.cause == "revert":
        await _record_tile_action(conn, event, "tile.revert")


async def _record_tile_action(conn: Connection, event: TileDeleted | TileUpdated, action: str) -> None:
    if event.actor_id == event.creator_id or await _owns(conn, event.actor_id, event.canvas_id):
        return
    details = {"canvas_id": event.canvas_id, "creator_id": event.creator_id, "x": event.x, "y": event.y}
    await _append(conn, AuditedAction(event.actor_id, action, "tile", event.tile_id, details=details))


async def record_canvas_change(conn: Connection, event: CanvasUpdated | CanvasDeleted) -> None:
    """Record a canvas in the stats, and in the audit log if a moderator changed or deleted it."""
    await record_canvas(conn, event)
    if event.actor_id != event.owner_id:
        action = "canvas.delete" if isinstance(event, CanvasDeleted) else "canvas.update"
        details = {"owner_id": event.owner_id}
        await _append(conn, AuditedAction(event.actor_id, action, "canvas", event.canvas_id, details=details))


async def record_rollback(conn: Connection, event: CanvasRolledBack) -> None:
    """Record a rollback in the audit log: which only moderators do."""
    details = {
        "since": event.since.isoformat(),
        "artist_id": event.artist_id,
        **(event.area or {}),
        "reverted": event.reverted,
        "removed": event.removed,
        "restored": event.restored,
    }
    await _append(
        conn, AuditedAction(event.actor_id, "canvas.rollback", "canvas", event.canvas_id, details=details)
    )


async def record_lock_release(conn: Connection, event: LockReleased) -> None:
    """Record in the audit log that a moderator released an artist's lock."""
    if event.actor_id is None or event.actor_id == event.holder_id:
        return
    details = {"canvas_id": event.canvas_id, "holder_id": event.holder_id}
    await _append(conn, AuditedAction(event.actor_id, "lock.release", "tile", event.tile_id, details=details))


async def record_area_release(conn: Connection, event: AreaReleased) -> None:
    """Record in the audit log that a moderator released an artist's area."""
    if event.actor_id == event.holder_id or await _owns(conn, event.actor_id, event.canvas_id):
        return
    details = {"area_id": event.area_id, "holder_id": event.holder_id}
    await _append(
        conn, AuditedAction(event.actor_id, "area.release", "canvas", event.canvas_id, details=details)
    )


async def record_review(conn: Connection, event: ReviewApproved | ReviewRejected) -> None:
    """Record in the audit log that a moderator decided about a submission in the owner's place."""
    if await _owns(conn, event.actor_id, event.canvas_id):
        return
    action = "review.approve" if isinstance(event, ReviewApproved) else "review.reject"
    details = {"canvas_id": event.canvas_id, "author_id": event.author_id}
    await _append(conn, AuditedAction(event.actor_id, action, "tile", event.tile_id, details=details))


async def record_message_removal(conn: Connection, event: MessageRemoved) -> None:
    """Record in the audit log that a moderator removed an artist's message."""
    if await _owns(conn, event.actor_id, event.canvas_id):
        return
    details = {"message_id": event.message_id, "author_id": event.author_id}
    await _append(
        conn, AuditedAction(event.actor_id, "message.remove", "canvas", event.canvas_id, details=details)
    )


async def record_mute(conn: Connection, event: ArtistMuted) -> None:
    """Record in the audit log that a moderator muted an artist on a canvas."""
    if await _owns(conn, event.actor_id, event.canvas_id):
        return
    details = {
        "canvas_id": event.canvas_id,
        "until": None if event.until is None else event.until.isoformat(),
        "reason": event.reason,
    }
    await _append(
        conn, AuditedAction(event.actor_id, "artist.mute", "user", event.artist_id, details=details)
    )


async def _append(conn: Connection, action: AuditedAction) -> None:
    """Add an entry that says whether its actor moderates the site, or the canvas alone."""
    assert action.actor_id is not None
    acted_for = "site" if await moderates_site(conn, action.actor_id) else "canvas"
    await append(conn, replace(action, details={**action.details, "acted_for": acted_for}))


async def _owns(conn: Connection, actor_id: int, canvas_id: int) -> bool:
    """Return whether the actor owns the canvas, or may: without its events, its owner is unknown.

    A canvas's own events precede those of its tiles, so that is rare.
    """
    canvas = await get_canvas(conn, canvas_id)
    return canvas is None or canvas.owner_id == actor_id
