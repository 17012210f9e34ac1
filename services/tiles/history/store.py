"""SQL of a tile's history."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.history.rules import Contribution, RevisionEntry
from services.tiles.revisions.rules import LAST_VERSION, Kind
from services.tiles.tables import artists, revisions
from shared.db import Connection, Row

_newer = revisions.alias("newer")
# Of an artist's strokes that follow each other within a minute, the last one stands for all.
_has_later_stroke = (
    select(_newer.c.version)
    .where(
        revisions.c.kind == Kind.STROKE,
        _newer.c.tile_id == revisions.c.tile_id,
        _newer.c.version == revisions.c.version + 1,
        _newer.c.kind == Kind.STROKE,
        _newer.c.author_id == revisions.c.author_id,
        func.date_trunc("minute", _newer.c.occurred_at) == func.date_trunc("minute", revisions.c.occurred_at),
    )
    .exists()
)
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
_JOINED_REVISIONS = _REVISIONS.where(~_has_later_stroke)

_last_version = func.max(revisions.c.version)
_CONTRIBUTIONS = (
    select(
        revisions.c.author_id,
        artists.c.username,
        DISPLAYED_NAME.label("display_name"),
        _last_version.label("last_version"),
    )
    .join_from(revisions, artists, artists.c.id == revisions.c.author_id)
    .where(
        revisions.c.tile_id == bindparam("tile_id"),
        or_(*(revisions.c.kind == kind for kind in (Kind.CREATED, Kind.PAINTED, Kind.STROKE))),
    )
    .group_by(revisions.c.author_id, artists.c.id)
    .having(_last_version < bindparam("before"))
    .order_by(_last_version.desc())
    .limit(bindparam("count"))
)


async def list_contributions(
    conn: Connection, tile_id: int, *, before: int, count: int
) -> Sequence[Contribution]:
    """Return up to `count` artists whose last version of a tile is older than `before`, the latest first."""
    rows = await conn.fetch_all(_CONTRIBUTIONS, {"tile_id": tile_id, "before": before, "count": count})
    return [
        Contribution(Artist(row.author_id, row.username, row.display_name), row.last_version) for row in rows
    ]


async def list_revisions(
    conn: Connection, tile_id: int, *, before: int, count: int
) -> Sequence[RevisionEntry]:
    """Return up to `count` revisions of a tile older than version `before`, newest first.

    Strokes are joined per artist and minute: one drag is dozens of them.
    """
    rows = await conn.fetch_all(_JOINED_REVISIONS, {"tile_id": tile_id, "before": before, "count": count})
    return [_entry_of(row) for row in rows]


async def get_revision(conn: Connection, tile_id: int, version: int) -> RevisionEntry | None:
    """Return one revision of a tile, or None."""
    before = min(version, LAST_VERSION) + 1
    row = await conn.fetch_one(_REVISIONS, {"tile_id": tile_id, "before": before, "count": 1})
    return _entry_of(row) if row is not None and row.version == version else None


def _entry_of(row: Row) -> RevisionEntry:
    author = Artist(row.author_id, row.username, row.display_name)
    return RevisionEntry(row.tile_id, row.version, author, Kind(row.kind), row.seq, row.occurred_at)
