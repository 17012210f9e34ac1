"""SQL of a tile's history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, or_, select

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.history.rules import PAINTING, Contribution, RevisionEntry
from services.tiles.revisions.rules import LAST_VERSION, Kind
from services.tiles.tables import artists, revisions
from shared.db import Connection, Row

_other = revisions.alias("other")


def _is_joined() -> ColumnElement[bool]:
    """Whether a revision and another one beside it are what one artist painted in one minute."""
    minute, others = (func.date_trunc("minute", each.c.occurred_at) for each in (revisions, _other))
    paints, other_paints = (or_(*(each.c.kind == kind for kind in PAINTING)) for each in (revisions, _other))
    return and_(paints, other_paints, _other.c.author_id == revisions.c.author_id, others == minute)


# The last of such revisions stands for all of them.
_has_later = (
    select(_other.c.version)
    .where(_other.c.tile_id == revisions.c.tile_id, _other.c.version == revisions.c.version + 1, _is_joined())
    .exists()
)
# The newest one before them; versions have no gaps.
_before = (
    select(_other.c.version)
    .where(
        _other.c.tile_id == revisions.c.tile_id, _other.c.version < revisions.c.version, not_(_is_joined())
    )
    .order_by(_other.c.version.desc())
    .limit(1)
    .scalar_subquery()
)
_count = revisions.c.version - func.coalesce(_before, 0)
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
_JOINED_REVISIONS = _REVISIONS.add_columns(_count.label("count")).where(~_has_later)

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
    conn: Connection, tile_id: int, *, before: int, count: int, joined: bool
) -> Sequence[RevisionEntry]:
    """Return up to `count` revisions of a tile older than version `before`, newest first.

    If `joined`, what an artist painted in one minute is one entry: one drag is dozens of strokes.
    """
    statement = _JOINED_REVISIONS if joined else _REVISIONS
    rows = await conn.fetch_all(statement, {"tile_id": tile_id, "before": before, "count": count})
    return [replace(_entry_of(row), count=row.count if joined else 1) for row in rows]


async def get_revision(conn: Connection, tile_id: int, version: int) -> RevisionEntry | None:
    """Return one revision of a tile, or None."""
    before = min(version, LAST_VERSION) + 1
    row = await conn.fetch_one(_REVISIONS, {"tile_id": tile_id, "before": before, "count": 1})
    return _entry_of(row) if row is not None and row.version == version else None


def _entry_of(row: Row) -> RevisionEntry:
    author = Artist(row.author_id, row.username, row.display_name)
    return RevisionEntry(row.tile_id, row.version, author, Kind(row.kind), row.seq, row.occurred_at)
