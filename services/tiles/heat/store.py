"""SQL of heat maps: strokes and placements on public tiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from services.tiles.heat.rules import PastStroke
from shared.db import Connection

_STROKES = text(
    "SELECT revisions.x, revisions.y, stroke, occurred_at, seq, tile_id"
    " FROM revisions JOIN tiles ON tiles.id = tile_id AND is_public"
    " WHERE revisions.canvas_id = :canvas_id AND stroke IS NOT NULL"
    " AND occurred_at > :since AND occurred_at <= :until"
    " AND (occurred_at, seq, tile_id) < (:until, :before, :before_tile)"
    " ORDER BY occurred_at DESC, seq DESC, tile_id DESC LIMIT :count"
)


async def list_strokes(
    conn: Connection,
    canvas_id: int,
    since: datetime,
    until: datetime,
    *,
    before: tuple[int, int],
    count: int,
) -> Sequence[PastStroke]:
    """Return up to `count` strokes after `since`, newest first; at `until` only those before `before`."""
    seq, tile_id = before
    params = {
        "canvas_id": canvas_id, "since": since, "until": until, "before": seq, "before_tile": tile_id,
        "count": count,
    }  # fmt: skip
    rows = await conn.fetch_all(_STROKES, params)
    return [PastStroke(*row) for row in rows]
