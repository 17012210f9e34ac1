"""SQL of revisions. A writer holds the canvas; reading needs no lock."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import text

from services.tiles.revisions.rules import Change, Details, Kind, Revision, Span
from shared.db import Connection, Row, byte_strings, integers, texts

# Not now(): a transaction may begin long before it gets the canvas's lock, and the times of a canvas's
# changes must be in the order of the changes.
_KEEP = text(
    "INSERT INTO revisions"
    " (tile_id, version, canvas_id, seq, x, y, author_id, kind, pixels, stroke, details, occurred_at)"
    " SELECT *, clock_timestamp()"
    " FROM unnest(CAST(:tile_ids AS bigint[]), CAST(:versions AS int[]), CAST(:canvas_ids AS bigint[]),"
    " CAST(:seqs AS bigint[]), CAST(:xs AS int[]), CAST(:ys AS int[]), CAST(:author_ids AS bigint[]),"
    " CAST(:kinds AS text[]), CAST(:pixels AS bytea[]), CAST(:strokes AS bytea[]),"
    " CAST(:details AS jsonb[]))"
)

# From the newest whole revision at or before the version wanted, to `until`: 64 rows for one version. The
# first may be a whole picture kept with a stroke; its details are those of the newest revision that has some.
_CHAINS = text(
    "SELECT revisions.tile_id, revisions.version, author_id, kind, pixels, stroke,"
    " CASE WHEN details IS NULL AND revisions.version = whole.version"
    " THEN (SELECT details FROM revisions AS described WHERE described.tile_id = revisions.tile_id"
    " AND described.version < revisions.version AND described.details IS NOT NULL"
    " ORDER BY described.version DESC LIMIT 1) ELSE details END AS details"
    " FROM unnest(CAST(:tile_ids AS bigint[]), CAST(:versions AS int[]), CAST(:untils AS int[]))"
    " AS wanted (tile_id, version, until)"
    " CROSS JOIN LATERAL (SELECT max(version) AS version FROM revisions"
    " WHERE tile_id = wanted.tile_id AND version <= wanted.version AND pixels IS NOT NULL) AS whole"
    " JOIN revisions ON revisions.tile_id = wanted.tile_id"
    " AND revisions.version BETWEEN coalesce(whole.version, wanted.version + 1) AND wanted.until"
    " ORDER BY revisions.tile_id, revisions.version"
)


def defer_keep(conn: Connection, changes: Sequence[Change]) -> None:
    """Store a revision of each change with the next flush or the COMMIT; the authors' rows must exist."""
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
            "details": texts([_encode(change.details) for change in changes]),
        },
    )


async def list_up_to(conn: Connection, tile_id: int, version: int) -> Sequence[Revision]:
    """Return the revisions that make up a version, its own last; empty for an unknown version."""
    found = await list_chains(conn, [Span(tile_id, version, version)])
    made_of = found.get(tile_id, [])
    return made_of if made_of and made_of[-1].version == version else []


async def list_chains(conn: Connection, spans: Sequence[Span]) -> dict[int, list[Revision]]:
    """Return revisions by tile: from the newest whole one at or before the span's version to the span's end.

    Without a whole one they begin with the first revision after the span's version.
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


def _encode(details: Details | None) -> str | None:
    return None if details is None else orjson.dumps(details).decode()


def _revision_of(row: Row) -> Revision:
    details = None if row.details is None else Details(**row.details)
    return Revision(row.tile_id, row.version, row.author_id, Kind(row.kind), row.pixels, row.stroke, details)
