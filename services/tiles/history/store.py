"""SQL of history. All of it runs while the caller holds the canvas, but for the reads of `History`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

import orjson
from sqlalchemy import bindparam, func, select, text

from services.tiles.artists.rules import Artist
from services.tiles.artists.store import DISPLAYED_NAME
from services.tiles.canvases.rules import Region
from services.tiles.history.rules import (
    Change,
    Details,
    Kind,
    Removed,
    Revision,
    RevisionEntry,
    Span,
)
from services.tiles.tables import artists, revisions
from services.tiles.tiles.rules import Tile
from services.tiles.tiles.store import changeable
from shared.db import Connection, Row, byte_strings, integers, texts

NEWEST = 2**31 - 1
"""A version beyond all versions."""

# Not now(): that is when the transaction began, maybe long before it got the canvas's lock. The order of
# times on a canvas is the order of its changes.
_KEEP = text(
    "INSERT INTO revisions"
    " (tile_id, version, canvas_id, seq, x, y, author_id, kind, pixels, stroke, details, occurred_at)"
    " SELECT *, clock_timestamp()"
    " FROM unnest(CAST(:tile_ids AS bigint[]), CAST(:versions AS int[]), CAST(:canvas_ids AS bigint[]),"
    " CAST(:seqs AS bigint[]), CAST(:xs AS int[]), CAST(:ys AS int[]), CAST(:author_ids AS bigint[]),"
    " CAST(:kinds AS text[]), CAST(:pixels AS bytea[]), CAST(:strokes AS bytea[]),"
    " CAST(:details AS jsonb[]))"
)

_LISTED = (
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

# From the newest whole revision at or before the version wanted, to `until`: 64 rows for one version. The
# first may be a whole picture kept with a stroke; its details are those that were last told.
_CHAINS = text(
    "SELECT revisions.tile_id, revisions.version, author_id, kind, pixels, stroke,"
    " CASE WHEN details IS NULL AND revisions.version = whole.version"
    " THEN (SELECT details FROM revisions AS teller WHERE teller.tile_id = revisions.tile_id"
    " AND teller.version < revisions.version AND teller.details IS NOT NULL"
    " ORDER BY teller.version DESC LIMIT 1) ELSE details END AS details"
    " FROM unnest(CAST(:tile_ids AS bigint[]), CAST(:versions AS int[]), CAST(:untils AS int[]))"
    " AS wanted (tile_id, version, until)"
    " CROSS JOIN LATERAL (SELECT max(version) AS version FROM revisions"
    " WHERE tile_id = wanted.tile_id AND version <= wanted.version AND pixels IS NOT NULL) AS whole"
    " JOIN revisions ON revisions.tile_id = wanted.tile_id"
    " AND revisions.version BETWEEN coalesce(whole.version, wanted.version + 1) AND wanted.until"
    " ORDER BY revisions.tile_id, revisions.version"
)

# One look at the end of each tile's history rather than a walk through all that happened since: a canvas has
# thousands of tiles and millions of revisions. Deleted tiles have an index of their own.
_CHANGED_SINCE = text(
    "SELECT concerned.id AS tile_id, coalesce((SELECT version FROM revisions"
    " WHERE tile_id = concerned.id AND occurred_at <= :since ORDER BY version DESC LIMIT 1), 0) AS version"
    " FROM (SELECT id FROM tiles WHERE canvas_id = :canvas_id"
    " AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " AND (SELECT occurred_at FROM revisions WHERE tile_id = tiles.id ORDER BY version DESC LIMIT 1) > :since"
    " UNION"
    " SELECT tile_id FROM revisions AS deletion WHERE canvas_id = :canvas_id AND kind = 'deleted'"
    " AND occurred_at > :since AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " AND NOT EXISTS (SELECT FROM tiles WHERE tiles.id = deletion.tile_id)"
    " LIMIT :count) AS concerned"
    " ORDER BY concerned.id"
)
# Where the artist alone has changed the tile since, which takes no more than counting to know, what they did
# need not be read.
_CHANGED_BY = text(
    "SELECT tile_id, first - 1 AS version,"
    " CASE WHEN count = newest.version - first + 1 THEN first - 1 ELSE :newest END AS until"
    " FROM (SELECT tile_id, min(version) AS first, count(*) AS count FROM revisions"
    " WHERE author_id = :author_id AND canvas_id = :canvas_id AND occurred_at > :since"
    " AND x BETWEEN :left AND :right AND y BETWEEN :top AND :bottom"
    " GROUP BY tile_id ORDER BY tile_id LIMIT :count) AS changed"
    " CROSS JOIN LATERAL (SELECT version FROM revisions"
    " WHERE tile_id = changed.tile_id ORDER BY version DESC LIMIT 1) AS newest"
    " ORDER BY tile_id"
)
_REMOVED = text(
    "SELECT wanted.tile_id, newest.version, newest.canvas_id, newest.x, newest.y,"
    " canvases.tile_size, oldest.author_id, oldest.occurred_at,"
    " artists.username, coalesce(artists.display_name, artists.username) AS display_name,"
    " EXISTS (SELECT FROM tiles WHERE tiles.canvas_id = newest.canvas_id"
    " AND tiles.x = newest.x AND tiles.y = newest.y) AS is_cell_taken"
    " FROM unnest(CAST(:tile_ids AS bigint[])) AS wanted (tile_id)"
    " CROSS JOIN LATERAL (SELECT * FROM revisions"
    " WHERE tile_id = wanted.tile_id ORDER BY version DESC LIMIT 1) AS newest"
    " CROSS JOIN LATERAL (SELECT author_id, occurred_at FROM revisions"
    " WHERE tile_id = wanted.tile_id ORDER BY version LIMIT 1) AS oldest"
    " JOIN canvases ON canvases.id = newest.canvas_id"
    " JOIN artists ON artists.id = oldest.author_id"
)
_NOW = select(func.clock_timestamp())

_REMOVE = text("DELETE FROM tiles WHERE id = ANY(:ids)")
_RESTORE = text(
    "INSERT INTO tiles (id, pixels, title, description, is_public, version, updated_at,"
    " canvas_id, x, y, size, creator_id, created_at)"
    " SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:pixels AS bytea[]), CAST(:titles AS text[]),"
    " CAST(:descriptions AS text[]), CAST(:publics AS boolean[]), CAST(:versions AS int[]),"
    " CAST(:updated AS timestamptz[]), CAST(:canvas_ids AS bigint[]), CAST(:xs AS int[]),"
    " CAST(:ys AS int[]), CAST(:sizes AS int[]), CAST(:creator_ids AS bigint[]),"
    " CAST(:created AS timestamptz[]))"
)


def keep(conn: Connection, *changes: Change) -> None:
    """Keep a revision of each change with the COMMIT; the authors' rows must be there."""
    conn.defer(
        _KEEP,
        {
            "tile_ids": integers([change.tile.id for change in changes]),
            "versions": integers([change.version for change in changes]),
            "canvas_ids": integers([change.tile.canvas_id for change in changes]),
            "seqs": integers([change.seq for change in changes]),
            "xs": integers([change.tile.x for change in changes]),
            "ys": integers([change.tile.y for change in changes]),
            "author_ids": integers([change.author_id for change in changes]),
            "kinds": texts([change.kind.value for change in changes]),
            "pixels": byte_strings([change.pixels for change in changes]),
            "strokes": byte_strings([change.stroke for change in changes]),
            "details": texts([_told(change.details) for change in changes]),
        },
    )


async def listed(conn: Connection, tile_id: int, *, before: int, count: int) -> Sequence[RevisionEntry]:
    """Return up to `count` revisions of a tile older than version `before`, newest first."""
    rows = await conn.fetch_all(_LISTED, {"tile_id": tile_id, "before": before, "count": count})
    return [_entry_of(row) for row in rows]


async def entry(conn: Connection, tile_id: int, version: int) -> RevisionEntry | None:
    """Return one revision of a tile, or None."""
    found = await listed(conn, tile_id, before=version + 1, count=1)
    return found[0] if found and found[0].version == version else None


async def up_to(conn: Connection, tile_id: int, version: int) -> Sequence[Revision]:
    """Return what a version is made of, the version's own revision last; empty for an unknown version."""
    found = await chains(conn, [Span(tile_id, version, version)])
    made_of = found.get(tile_id, [])
    return made_of if made_of and made_of[-1].version == version else []


async def chains(conn: Connection, spans: Sequence[Span]) -> dict[int, list[Revision]]:
    """Return revisions by tile: from the newest whole one at or before the span's version to its end.

    Where there is no whole one, from the first revision after the span's version.
    """
    params = {
        "tile_ids": [span.tile_id for span in spans],
        "versions": [span.version for span in spans],
        "untils": [span.until for span in spans],
    }
    found: dict[int, list[Revision]] = {}
    for row in await conn.fetch_all(_CHAINS, params):
        found.setdefault(row.tile_id, []).append(_revision_of(row))
    return found


async def changed_since(
    conn: Connection, canvas_id: int, area: Region, since: datetime, count: int
) -> Sequence[Span]:
    """Return up to `count` tiles changed after `since`, each with nothing but the version it had then."""
    params = {"canvas_id": canvas_id, "since": since, "count": count, **_bounds(area)}
    rows = await conn.fetch_all(_CHANGED_SINCE, params)
    return [Span(row.tile_id, row.version, row.version) for row in rows]


async def changed_by(
    conn: Connection, canvas_id: int, area: Region, since: datetime, author_id: int, count: int
) -> Sequence[Span]:
    """Return up to `count` tiles that the artist changed after `since`, each with its version before that.

    The span goes on to the newest version where somebody else has changed the tile too.
    """
    params = {
        "canvas_id": canvas_id,
        "since": since,
        "author_id": author_id,
        "count": count,
        "newest": NEWEST,
        **_bounds(area),
    }
    rows = await conn.fetch_all(_CHANGED_BY, params)
    return [Span(row.tile_id, row.version, row.until) for row in rows]


async def removed(conn: Connection, tile_ids: Set[int]) -> Sequence[Removed]:
    """Return deleted tiles as their history knows them."""
    return [_removed_of(row) for row in await conn.fetch_all(_REMOVED, {"tile_ids": list(tile_ids)})]


async def now(conn: Connection) -> datetime:
    """Return the database's time, which revisions are stamped with."""
    moment: datetime = await conn.fetch_value(_NOW)
    return moment


def remove(conn: Connection, *tiles: Tile) -> None:
    """Delete tiles, their likes and their locks with the next flush or the COMMIT."""
    conn.defer(_REMOVE, {"ids": [tile.id for tile in tiles]})


def restore(conn: Connection, *tiles: Tile) -> None:
    """Put deleted tiles back under their own ids with the next flush or the COMMIT."""
    conn.defer(
        _RESTORE,
        {
            **changeable(tiles),
            "canvas_ids": [tile.canvas_id for tile in tiles],
            "xs": [tile.x for tile in tiles],
            "ys": [tile.y for tile in tiles],
            "sizes": [tile.size for tile in tiles],
            "creator_ids": [tile.creator.id for tile in tiles],
            "created": [tile.created_at for tile in tiles],
        },
    )


def _told(details: Details | None) -> str | None:
    return None if details is None else orjson.dumps(details).decode()


def _bounds(area: Region) -> dict[str, int]:
    return {
        "left": area.x,
        "right": area.x + area.columns - 1,
        "top": area.y,
        "bottom": area.y + area.rows - 1,
    }


def _entry_of(row: Row) -> RevisionEntry:
    author = Artist(row.author_id, row.username, row.display_name)
    return RevisionEntry(row.tile_id, row.version, author, Kind(row.kind), row.seq, row.occurred_at)


def _revision_of(row: Row) -> Revision:
    details = None if row.details is None else Details(**row.details)
    return Revision(row.tile_id, row.version, row.author_id, Kind(row.kind), row.pixels, row.stroke, details)


def _removed_of(row: Row) -> Removed:
    return Removed(
        id=row.tile_id,
        canvas_id=row.canvas_id,
        x=row.x,
        y=row.y,
        size=row.tile_size,
        creator=Artist(row.author_id, row.username, row.display_name),
        version=row.version,
        created_at=row.occurred_at,
        is_cell_taken=row.is_cell_taken,
    )
