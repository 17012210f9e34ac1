"""SQL of strokes: one statement for all tiles or all revisions of a batch, sent with the COMMIT."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from services.tiles.strokes.rules import Mark, WetTile
from shared.db import Connection, byte_strings, integers

_SAVE = text(
    "UPDATE tiles SET pixels = painted.pixels, version = painted.version, updated_at = clock_timestamp()"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:versions AS int[]), CAST(:pixels AS bytea[]))"
    " AS painted (id, version, pixels) WHERE tiles.id = painted.id"
)
_KEEP = text(
    "INSERT INTO revisions"
    " (tile_id, version, canvas_id, seq, x, y, author_id, kind, pixels, stroke, occurred_at)"
    " SELECT tile_id, version, canvas_id, seq, x, y, author_id, 'stroke', pixels, stroke, clock_timestamp()"
    " FROM unnest(CAST(:tile_ids AS bigint[]), CAST(:versions AS int[]), CAST(:canvas_ids AS bigint[]),"
    " CAST(:seqs AS bigint[]), CAST(:xs AS int[]), CAST(:ys AS int[]), CAST(:author_ids AS bigint[]),"
    " CAST(:pictures AS bytea[]), CAST(:strokes AS bytea[]))"
    " AS made (tile_id, version, canvas_id, seq, x, y, author_id, pixels, stroke)"
)


def save(conn: Connection, tiles: Collection[WetTile]) -> None:
    """Store painted tiles with the COMMIT; the caller holds their canvases."""
    conn.defer(
        _SAVE,
        {
            "ids": integers(tile.state.tile.id for tile in tiles),
            "versions": integers(tile.version for tile in tiles),
            "pixels": byte_strings(tile.pixels for tile in tiles),
        },
    )


def keep(conn: Connection, marks: Collection[Mark]) -> None:
    """Keep a revision of each stroke, with the COMMIT."""
    conn.defer(
        _KEEP,
        {
            "tile_ids": integers([mark.state.tile.id for mark in marks]),
            "versions": integers([mark.version for mark in marks]),
            "canvas_ids": integers([mark.state.canvas.id for mark in marks]),
            "seqs": integers([mark.seq for mark in marks]),
            "xs": integers([mark.state.tile.x for mark in marks]),
            "ys": integers([mark.state.tile.y for mark in marks]),
            "author_ids": integers([mark.author_id for mark in marks]),
            "pictures": byte_strings([mark.picture for mark in marks]),
            "strokes": byte_strings([mark.packed for mark in marks]),
        },
    )
