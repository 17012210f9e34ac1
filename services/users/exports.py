"""What an export of an account's data contains of the users service."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, select

from services.users.tables import (
    active_artists,
    artist_stats,
    audit,
    follows,
    ignores,
    last_active,
    notice_boxes,
    notices,
    profiles,
    reports,
)
from shared.db import Connection
from shared.messaging.contracts import ExportRequested
from shared.messaging.exporting import ExportFile, add_job

_account_id: ColumnElement[int] = bindparam("account_id", type_=BigInteger)

FILES: Final = (
    ExportFile(
        "profile/profile.jsonl",
        select(
            profiles.c.id,
            profiles.c.username,
            profiles.c.display_name,
            profiles.c.bio,
            profiles.c.avatar_color,
            profiles.c.joined_at,
            profiles.c.status,
            profiles.c.suspension_reason,
            profiles.c.suspended_until,
            profiles.c.roles,
        ).where(profiles.c.id == _account_id),
        profiles.c.id,
    ),
    ExportFile(
        "profile/statistics.jsonl",
        select(artist_stats).where(artist_stats.c.artist_id == _account_id),
        artist_stats.c.artist_id,
    ),
    ExportFile(
        "profile/following.jsonl",
        select(follows.c.followee_id, follows.c.followed_at).where(follows.c.follower_id == _account_id),
        follows.c.followee_id,
    ),
    ExportFile(
        "profile/followers.jsonl",
        select(follows.c.follower_id, follows.c.followed_at).where(follows.c.followee_id == _account_id),
        follows.c.follower_id,
    ),
    ExportFile(
        "profile/ignored.jsonl",
        select(ignores.c.ignored_id, ignores.c.ignored_at).where(ignores.c.artist_id == _account_id),
        ignores.c.ignored_id,
    ),
    ExportFile(
        "profile/notices.jsonl",
        select(
            notices.c.id,
            notices.c.kind,
            notices.c.actor_ids,
            notices.c.canvas_id,
            notices.c.tile_id,
            notices.c.message_id,
            notices.c.outcome,
            notices.c.occurred_at,
        ).where(notices.c.recipient_id == _account_id),
        notices.c.id,
    ),
    ExportFile(
        "profile/notice_settings.jsonl",
        select(notice_boxes.c.recipient_id, notice_boxes.c.kinds_off, notice_boxes.c.digest).where(
            notice_boxes.c.recipient_id == _account_id
        ),
        notice_boxes.c.recipient_id,
    ),
    ExportFile(
        "profile/days_active.jsonl",
        select(active_artists.c.day).where(active_artists.c.artist_id == _account_id),
        active_artists.c.day,
    ),
    ExportFile(
        "profile/last_active.jsonl",
        select(last_active.c.artist_id, last_active.c.day).where(last_active.c.artist_id == _account_id),
        last_active.c.artist_id,
    ),
    ExportFile(
        "profile/reports.jsonl",
        select(
            reports.c.id,
            reports.c.kind,
            reports.c.target_id,
            reports.c.reason,
            reports.c.detail,
            reports.c.status,
            reports.c.created_at,
        ).where(reports.c.reporter_id == _account_id),
        reports.c.id,
    ),
    ExportFile(
        "profile/actions_as_moderator.jsonl",
        select(
            audit.c.id,
            audit.c.at,
            audit.c.action,
            audit.c.target_kind,
            audit.c.target_id,
            audit.c.outcome,
            audit.c.details,
        ).where(audit.c.actor_id == _account_id),
        audit.c.id,
    ),
)


async def on_export_requested(conn: Connection, event: ExportRequested) -> None:
    """Begin to send what the service has of an account."""
    await add_job(conn, event.export_id, event.account_id)
