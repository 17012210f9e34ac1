"""SQL of activity."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from services.tiles.activity.rules import Share
from services.tiles.artists.rules import Artist
from shared.db import Connection

MOST_STROKES = 50_000
"""How many of the newest changes are counted: about ten milliseconds of work."""

# The first placement in a cell creates its tile, with its pixels as a stroke. What was taken back or rolled
# back since was painted, too.
_RECENT = text(
    "SELECT author_id, username, coalesce(display_name, username) AS display_name,"
    " date_trunc('minute', occurred_at) AS minute, sum(octet_length(stroke) / 3) AS pixels,"
    " max(occurred_at) AS last_painted_at"
    " FROM (SELECT author_id, occurred_at, stroke FROM revisions"
    " WHERE canvas_id = :canvas_id AND kind IN ('created', 'stroke') AND stroke IS NOT NULL"
    " AND occurred_at > now() - CAST(:minutes AS integer) * interval '1 minute'"
    " ORDER BY occurred_at DESC LIMIT CAST(:most AS integer)) AS recent"
    " JOIN artists ON artists.id = author_id"
    " GROUP BY author_id, artists.id, minute ORDER BY minute, author_id"
)


async def list_recent(conn: Connection, canvas_id: int, minutes: int) -> Sequence[Share]:
    """Return what each artist painted on a canvas in each of the last minutes, in order."""
    params = {"canvas_id": canvas_id, "minutes": minutes, "most": MOST_STROKES}
    return [
        Share(
            Artist(row.author_id, row.username, row.display_name),
            row.minute,
            int(row.pixels),
            row.last_painted_at,
        )
        for row in await conn.fetch_all(_RECENT, params)
    ]
