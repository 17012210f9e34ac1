"""SQL of a tile's history."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.history.rules import RevisionEntry
from services.tiles.revisions.rules import LAST_VERSION, Kind
from services.tiles.tables import artists, revisions
from shared.db import Connection, Row

_REVISIONS = (
    select(
        revisions.c.tile_id,
        revisions.c.version,
        revisions.c.kind,
        revisions.c.seq,
        revisions.c.occurred_at,
        revisions.c.author_id,
        artists.c.username,
        DISPLAYED_NAME.label("display_name"),
    )
    .join_from(revisions, artists, artists.c.id == revisions.c.author_id)
    .where(revisions.c.tile_id == bindparam("tile_id"), revisions.c.version < bindparam("before"))
    .order_by(revisions.c.version.desc())
    .limit(bindparam("count"))
)


async def list_revisions(
    conn: Connection, tile_id: int, *, before: int, count: int
) -> Sequence[RevisionEntry]:
    """Return up to `count` revisions of a tile older than version `before`, newest first."""
    rows = await conn.fetch_all(_REVISIONS, {"tile_id": tile_id, "before": before, "count": count})
    return [_entry_of(row) for row in rows]


async def get_revision(conn: Connection, tile_id: int, version: int) -> RevisionEntry | None:
    """Return one revision of a tile, or None."""
    found = await list_revisions(conn, tile_id, before=min(version, LAST_VERSION) + 1, count=1)
    return found[0] if found and found[0].version == version else None


def _entry_of(row: Row) -> RevisionEntry:
    author = Artist(row.author_id, row.username, row.display_name)
    return RevisionEntry(row.tile_id, row.version, author, Kind(row.kind), row.seq, row.occurred_at)
