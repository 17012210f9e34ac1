"""SQL of reminders: each statement takes what is due and marks it, so that it is taken once.

Nothing that is shown of a canvas changes, so none of them holds the canvas.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text

from shared.db import Connection
from shared.messaging.contracts import ClaimEnding

LONGEST_DELAY_HOURS = 24
"""How late a canvas's moment may be taken, after a failure; later, it is of no use to anybody."""

AGAIN_HOURS = 1
"""Artists are told of one opening and one closing of a canvas within this time, however often they move."""

_TAKE_LOCKS = text(
    "UPDATE locks SET reminded_of = expires_at FROM tiles WHERE tiles.id = tile_id AND tile_id IN ("
    "SELECT tile_id FROM locks WHERE expires_at > statement_timestamp()"
    " AND expires_at <= statement_timestamp() + :lead AND reminded_of IS DISTINCT FROM expires_at"
    " ORDER BY expires_at LIMIT :count FOR UPDATE SKIP LOCKED)"
    " RETURNING canvas_id, tile_id AS claim_id, holder_id, expires_at"
)
_TAKE_AREAS = text(
    "UPDATE areas SET reminded_of = expires_at WHERE id IN ("
    "SELECT id FROM areas WHERE expires_at > statement_timestamp()"
    " AND expires_at <= statement_timestamp() + :lead AND reminded_of IS DISTINCT FROM expires_at"
    " ORDER BY expires_at LIMIT :count FOR UPDATE SKIP LOCKED)"
    " RETURNING canvas_id, id AS claim_id, holder_id, expires_at"
)
# `come` uses the indexes of both columns.
_TAKE_MOMENTS = text(
    "WITH come (canvas_id, kind, moment) AS ("
    "SELECT id, 'opened', starts_at FROM canvases WHERE is_active AND starts_at > created_at"
    " AND starts_at BETWEEN statement_timestamp() - make_interval(hours => :latest) AND statement_timestamp()"
    " UNION ALL SELECT id, 'closed', ends_at FROM canvases WHERE is_active AND ends_at > created_at"
    " AND ends_at BETWEEN statement_timestamp() - make_interval(hours => :latest) AND statement_timestamp())"
    " INSERT INTO canvas_moments (canvas_id, kind, moment) SELECT * FROM come"
    " WHERE NOT EXISTS (SELECT FROM canvas_moments AS told WHERE told.canvas_id = come.canvas_id"
    " AND told.kind = come.kind AND told.moment > come.moment - make_interval(hours => :again))"
    " ON CONFLICT DO NOTHING RETURNING canvas_id, kind, moment"
)
_AUDIENCE = text(
    "SELECT owner_id AS artist_id FROM canvases WHERE id = :canvas_id"
    " UNION SELECT artist_id FROM members WHERE canvas_id = :canvas_id"
    " UNION SELECT artist_id FROM charges WHERE canvas_id = :canvas_id AND pixels_placed > 0"
    " ORDER BY artist_id"
)
_PRUNE = text(
    "DELETE FROM canvas_moments WHERE moment < statement_timestamp() - make_interval(hours => 2 * :latest)"
)


class CanvasMoment(NamedTuple):
    """When a canvas opened or closed, as `kind` says."""

    canvas_id: int
    kind: str
    moment: datetime


async def take_ending_locks(conn: Connection, lead: timedelta, count: int) -> Sequence[ClaimEnding]:
    """Take up to `count` locks that end within `lead`."""
    rows = await conn.fetch_all(_TAKE_LOCKS, {"lead": lead, "count": count})
    return [ClaimEnding(claim="lock", **row._asdict()) for row in rows]


async def take_ending_areas(conn: Connection, lead: timedelta, count: int) -> Sequence[ClaimEnding]:
    """Take up to `count` areas that end within `lead`."""
    rows = await conn.fetch_all(_TAKE_AREAS, {"lead": lead, "count": count})
    return [ClaimEnding(claim="area", **row._asdict()) for row in rows]


async def take_moments(conn: Connection) -> Sequence[CanvasMoment]:
    """Take the openings and closings of canvases that are due."""
    rows = await conn.fetch_all(_TAKE_MOMENTS, {"latest": LONGEST_DELAY_HOURS, "again": AGAIN_HOURS})
    return [CanvasMoment(row.canvas_id, row.kind, row.moment) for row in rows]


async def list_audience(conn: Connection, canvas_id: int) -> Sequence[int]:
    """Return who takes part in a canvas: its owner, its members and who placed pixels on it."""
    return [row.artist_id for row in await conn.fetch_all(_AUDIENCE, {"canvas_id": canvas_id})]


async def prune(conn: Connection) -> None:
    """Forget moments that cannot be taken again."""
    await conn.execute(_PRUNE, {"latest": LONGEST_DELAY_HOURS})
