"""What an export of an account's data contains of the tiles service.

Changes come without their pixels: those of the artist's tiles as they are now are in the file of the tiles.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, select

from services.tiles.tables import (
    areas,
    canvas_offers,
    canvases,
    charges,
    films,
    invitations,
    likes,
    locks,
    members,
    message_reports,
    messages,
    mutes,
    reviews,
    revisions,
    templates,
    tiles,
)
from shared.db import Connection
from shared.messaging.contracts import ExportRequested
from shared.messaging.exporting import ExportFile, add_job

_account_id: ColumnElement[int] = bindparam("account_id", type_=BigInteger)

FILES: Final = (
    ExportFile(
        "pictures/canvases.jsonl",
        select(
            canvases.c.id,
            canvases.c.name,
            canvases.c.description,
            canvases.c.width,
            canvases.c.height,
            canvases.c.tile_size,
            canvases.c.palette,
            canvases.c.collaboration_mode,
            canvases.c.is_public,
            canvases.c.created_at,
            canvases.c.updated_at,
        ).where(canvases.c.owner_id == _account_id, canvases.c.is_active),
        canvases.c.id,
    ),
    ExportFile(
        "pictures/tiles.jsonl",
        select(
            tiles.c.id,
            tiles.c.canvas_id,
            tiles.c.x,
            tiles.c.y,
            tiles.c.size,
            canvases.c.palette,
            tiles.c.pixels,
            tiles.c.title,
            tiles.c.description,
            tiles.c.is_public,
            tiles.c.like_count,
            tiles.c.version,
            tiles.c.created_at,
            tiles.c.updated_at,
        )
        .join_from(tiles, canvases, canvases.c.id == tiles.c.canvas_id)
        .where(tiles.c.creator_id == _account_id),
        tiles.c.canvas_id,
        tiles.c.id,
    ),
    ExportFile(
        "pictures/changes.jsonl",
        select(
            revisions.c.canvas_id,
            revisions.c.occurred_at,
            revisions.c.tile_id,
            revisions.c.version,
            revisions.c.x,
            revisions.c.y,
            revisions.c.kind,
            (func.octet_length(revisions.c.stroke) / 3).label("stroke_pixels"),
            revisions.c.details,
        ).where(revisions.c.author_id == _account_id),
        revisions.c.canvas_id,
        revisions.c.occurred_at,
        revisions.c.tile_id,
        revisions.c.version,
    ),
    ExportFile(
        "pictures/placed_pixels.jsonl",
        select(charges.c.canvas_id, charges.c.pixels_placed).where(charges.c.artist_id == _account_id),
        charges.c.canvas_id,
    ),
    ExportFile(
        "pictures/templates.jsonl",
        select(
            templates.c.id,
            templates.c.canvas_id,
            templates.c.slug,
            templates.c.name,
            templates.c.x,
            templates.c.y,
            templates.c.width,
            templates.c.height,
            templates.c.is_public,
            templates.c.created_at,
        ).where(templates.c.creator_id == _account_id),
        templates.c.id,
    ),
    ExportFile(
        "pictures/films.jsonl",
        select(
            films.c.id,
            films.c.canvas_id,
            films.c.format,
            films.c.starts_at,
            films.c.ends_at,
            films.c.status,
            films.c.created_at,
            films.c.expires_at,
        ).where(films.c.creator_id == _account_id),
        films.c.id,
    ),
    ExportFile(
        "pictures/messages.jsonl",
        select(
            messages.c.id, messages.c.canvas_id, messages.c.text, messages.c.mentions, messages.c.created_at
        ).where(messages.c.author_id == _account_id),
        messages.c.id,
    ),
    ExportFile(
        "pictures/memberships.jsonl",
        select(members.c.canvas_id, members.c.role, members.c.joined_at).where(
            members.c.artist_id == _account_id
        ),
        members.c.canvas_id,
    ),
    ExportFile(
        "pictures/mutes.jsonl",
        select(mutes.c.canvas_id, mutes.c.until, mutes.c.reason, mutes.c.muted_at).where(
            mutes.c.artist_id == _account_id
        ),
        mutes.c.canvas_id,
    ),
    ExportFile(
        "pictures/invitations.jsonl",
        select(
            invitations.c.id,
            invitations.c.canvas_id,
            invitations.c.role,
            invitations.c.max_uses,
            invitations.c.uses,
            invitations.c.expires_at,
            invitations.c.created_at,
        ).where(invitations.c.created_by == _account_id),
        invitations.c.id,
    ),
    ExportFile(
        "pictures/likes.jsonl",
        select(likes.c.tile_id, likes.c.liked_at).where(likes.c.artist_id == _account_id),
        likes.c.tile_id,
    ),
    ExportFile(
        "pictures/locks.jsonl",
        select(locks.c.tile_id, locks.c.expires_at).where(locks.c.holder_id == _account_id),
        locks.c.tile_id,
    ),
    ExportFile(
        "pictures/areas.jsonl",
        select(
            areas.c.id,
            areas.c.canvas_id,
            areas.c.x,
            areas.c.y,
            areas.c.columns,
            areas.c.rows,
            areas.c.claimed_at,
            areas.c.expires_at,
        ).where(areas.c.holder_id == _account_id),
        areas.c.id,
    ),
    ExportFile(
        "pictures/submissions.jsonl",
        select(
            reviews.c.id,
            reviews.c.canvas_id,
            reviews.c.tile_id,
            reviews.c.pixels,
            reviews.c.status,
            reviews.c.note,
            reviews.c.submitted_at,
            reviews.c.decided_at,
        ).where(reviews.c.author_id == _account_id),
        reviews.c.id,
    ),
    ExportFile(
        "pictures/decided_submissions.jsonl",
        select(reviews.c.id, reviews.c.tile_id, reviews.c.status, reviews.c.note, reviews.c.decided_at).where(
            reviews.c.reviewer_id == _account_id
        ),
        reviews.c.id,
    ),
    ExportFile(
        "pictures/reported_messages.jsonl",
        select(message_reports.c.message_id, message_reports.c.created_at).where(
            message_reports.c.reporter_id == _account_id
        ),
        message_reports.c.message_id,
    ),
    ExportFile(
        "pictures/offered_canvases.jsonl",
        select(canvas_offers.c.canvas_id, canvas_offers.c.offered_at, canvas_offers.c.declined_at).where(
            canvas_offers.c.heir_id == _account_id
        ),
        canvas_offers.c.canvas_id,
    ),
)


async def on_export_requested(conn: Connection, event: ExportRequested) -> None:
    """Begin to send what the service has of an account."""
    await add_job(conn, event.export_id, event.account_id)
