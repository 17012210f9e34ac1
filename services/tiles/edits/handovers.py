"""SQL of letters: strokes that one process handed over to another, written once by whichever of the two.

A process that writes a letter records it with the outcomes of its strokes, in the same transaction. So one
that arrives twice, late, or after its sender wrote it violates the primary key, and is answered with the
recorded outcomes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import text

from shared.db import Connection, texts

CONSTRAINT = "pk_letters"

KEEP_SECONDS = 600
"""How long letters are recorded; ten times as long as one may take to be written (LETTER_SECONDS)."""

LETTER_SECONDS = 60
"""The age at which a letter is not written any more, by the clocks of both processes."""

_RECORD = text(
    "INSERT INTO letters (id, outcomes)"
    " SELECT * FROM ROWS FROM (unnest(CAST(:ids AS uuid[])), json_array_elements(CAST(:outcomes AS json)))"
)
_RECORDED = text("SELECT CAST(id AS text), outcomes FROM letters WHERE id = ANY(CAST(:ids AS uuid[]))")
_PRUNE = text("DELETE FROM letters WHERE written_at < now() - make_interval(secs => :seconds)")


def defer_record(conn: Connection, outcomes: Mapping[str, list[Any]]) -> None:
    """Record letters, with the outcomes of their strokes, with the COMMIT.

    That raises UniqueViolated CONSTRAINT if one of them is recorded already.
    """
    conn.defer(_RECORD, {"ids": texts(outcomes), "outcomes": orjson.dumps(list(outcomes.values())).decode()})


async def list_recorded(conn: Connection, ids: Collection[str]) -> dict[str, list[Any]]:
    """Return the outcomes of those letters that are recorded, by id."""
    return {row.id: row.outcomes for row in await conn.fetch_all(_RECORDED, {"ids": texts(ids)})}


async def prune(conn: Connection) -> int:
    """Delete what no process can write any more; returns how many letters."""
    return await conn.execute(_PRUNE, {"seconds": KEEP_SECONDS})
