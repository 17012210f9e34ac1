"""SQL of copies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from shared.db import Connection

_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
_LAST_OF_NEXT = text(
    "SELECT max(id) FROM (SELECT id FROM tiles WHERE canvas_id = :canvas_id AND is_public AND id > :after"
    " ORDER BY id LIMIT :count) AS next"
)
_COPY = text(
    "INSERT INTO tiles (canvas_id, x, y, size, pixels, title, description, is_public, creator_id)"
    " SELECT CAST(:copy_id AS bigint), x, y, size, pixels, title, description, is_public, creator_id"
    " FROM tiles WHERE canvas_id = :canvas_id AND is_public AND id > :after AND id <= :last ORDER BY id"
    " RETURNING id"
)


def prepend_one_moment(conn: Connection) -> None:
    """Let all statements of this transaction, which must be its first, see the same moment.

    So painters of the canvas need not wait while its picture is copied.
    """
    conn.prepend(_ONE_MOMENT)


async def get_last_of_next(conn: Connection, canvas_id: int, *, after: int, count: int) -> int | None:
    """Return the id of the last of the next `count` public tiles beyond `after`, None if there are none."""
    found = await conn.fetch_value(_LAST_OF_NEXT, {"canvas_id": canvas_id, "after": after, "count": count})
    return None if found is None else int(found)


async def copy_tiles(
    conn: Connection, canvas_id: int, copy_id: int, *, after: int, last: int
) -> Sequence[int]:
    """Copy public tiles with ids beyond `after`, up to `last`, to another canvas; returns their new ids."""
    params = {"canvas_id": canvas_id, "copy_id": copy_id, "after": after, "last": last}
    return [row.id for row in await conn.fetch_all(_COPY, params)]
