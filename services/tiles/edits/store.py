"""SQL that writes tiles; the caller holds their canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, text

from services.tiles.tables import tiles
from services.tiles.tiles.rules import Tile
from shared.db import Connection, byte_strings, integers, optional_integers, texts

_INSERT = (
    insert(tiles)
    .values(
        {
            name: bindparam(name)
            for name in (
                "canvas_id", "x", "y", "size", "pixels", "title", "description", "is_public", "creator_id",
            )
        }
    )
    .returning(tiles.c.id)
)  # fmt: skip
_UPDATE = text(
    "UPDATE tiles SET pixels = saved.pixels, title = saved.title, description = saved.description,"
    " is_public = saved.is_public, version = saved.version, updated_at = saved.updated_at"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:pixels AS bytea[]), CAST(:titles AS text[]),"
    " CAST(:descriptions AS text[]), CAST(:publics AS boolean[]), CAST(:versions AS int[]),"
    " CAST(:updated AS timestamptz[]))"
    " AS saved (id, pixels, title, description, is_public, version, updated_at)"
    " WHERE tiles.id = saved.id"
)
_DELETE = text("DELETE FROM tiles WHERE id = ANY(CAST(:ids AS bigint[]))")
_RESTORE = text(
    "INSERT INTO tiles (id, pixels, title, description, is_public, version, updated_at,"
    " canvas_id, x, y, size, creator_id, created_at)"
    " SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:pixels AS bytea[]), CAST(:titles AS text[]),"
    " CAST(:descriptions AS text[]), CAST(:publics AS boolean[]), CAST(:versions AS int[]),"
    " CAST(:updated AS timestamptz[]), CAST(:canvas_ids AS bigint[]), CAST(:xs AS int[]),"
    " CAST(:ys AS int[]), CAST(:sizes AS int[]), CAST(:creator_ids AS bigint[]),"
    " CAST(:created AS timestamptz[]))"
)


async def insert_tile(conn: Connection, values: dict[str, Any]) -> int:
    """Store a new tile and return its id; raises UniqueViolated `uq_tiles_cell` when the cell is taken."""
    return int(await conn.fetch_value(_INSERT, values))


def defer_update(conn: Connection, changed: Sequence[Tile]) -> None:
    """Store changed tiles with the next flush or the COMMIT."""
    conn.defer(_UPDATE, _changeable(changed))


def defer_delete(conn: Connection, deleted: Sequence[Tile]) -> None:
    """Delete tiles, their likes, locks and submissions with the next flush or the COMMIT."""
    conn.defer(_DELETE, {"ids": integers([tile.id for tile in deleted])})


def defer_restore(conn: Connection, restored: Sequence[Tile]) -> None:
    """Put deleted tiles back under their own ids with the next flush or the COMMIT."""
    conn.defer(
        _RESTORE,
        {
            **_changeable(restored),
            "canvas_ids": integers([tile.canvas_id for tile in restored]),
            "xs": integers([tile.x for tile in restored]),
            "ys": integers([tile.y for tile in restored]),
            "sizes": integers([tile.size for tile in restored]),
            "creator_ids": optional_integers([tile.creator_id for tile in restored]),
            "created": texts([tile.created_at.isoformat() for tile in restored]),
        },
    )


def _changeable(changed: Sequence[Tile]) -> dict[str, str]:
    """Return what may change of tiles as parameters, each an array."""
    return {
        "ids": integers([tile.id for tile in changed]),
        "pixels": byte_strings([tile.pixels for tile in changed]),
        "titles": texts([tile.title for tile in changed]),
        "descriptions": texts([tile.description for tile in changed]),
        "publics": texts([str(tile.is_public) for tile in changed]),
        "versions": integers([tile.version for tile in changed]),
        "updated": texts([tile.updated_at.isoformat() for tile in changed]),
    }
