"""Names of artists who left, in the journal: it keeps changes as viewers saw them, however long ago that was.

Everything else shows the names of the day. What the journal shows of an artist is rewritten by the worker, in
slices, as it may hold millions of changes and has no index of the artists in them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import text

from services.tiles.artists.rules import DELETED_DISPLAY_NAME, DELETED_USERNAME
from shared.db import Connection, Database, integers
from shared.errors import Unavailable

log = structlog.get_logger(__name__)

SLICE: Final = 2_000
"""Changes looked at per statement, which takes some hundredths of a second."""

PAUSE: Final = 2.0
"""Seconds of pause per second of work: strokes come first, and nobody waits for this."""

POLL_SECONDS: Final = 5.0

LATE_SECONDS: Final = 600
"""After which the journal is searched again: a process may have shown a name that it had read before."""

_RECORD = text("INSERT INTO names_to_remove (artist_id) VALUES (:artist_id) ON CONFLICT DO NOTHING")
_DUE = text("SELECT artist_id FROM names_to_remove WHERE due_at <= now()")

# The slice is searched before it is joined: else PostgreSQL may search the whole journal for each slice.
_REWRITE = text(
    "WITH slice AS MATERIALIZED (SELECT canvas_id, seq, CAST(event AS text) AS event FROM canvas_events"
    " WHERE (canvas_id, seq) > (CAST(:canvas_id AS bigint), CAST(:seq AS bigint))"
    " ORDER BY canvas_id, seq LIMIT :count),"
    " found AS MATERIALIZED (SELECT canvas_id, seq FROM slice WHERE event ~ CAST(:sought AS text)),"
    " rewritten AS (UPDATE canvas_events SET"
    " event = CAST(regexp_replace(CAST(event AS text), CAST(:sought AS text), :shown, 'g') AS json)"
    " FROM found WHERE canvas_events.canvas_id = found.canvas_id AND canvas_events.seq = found.seq)"
    " SELECT canvas_id, seq FROM slice ORDER BY canvas_id DESC, seq DESC LIMIT 1"
)
_SHOWN = rf'\1"{DELETED_USERNAME}","display_name":"{DELETED_DISPLAY_NAME}"'

_ONCE_MORE = text(
    "UPDATE names_to_remove SET is_last = true, due_at = now() + make_interval(secs => :late)"
    " WHERE artist_id = ANY(CAST(:artist_ids AS bigint[])) AND NOT is_last"
)
_DONE = text(
    "DELETE FROM names_to_remove"
    " WHERE artist_id = ANY(CAST(:artist_ids AS bigint[])) AND is_last AND due_at <= now()"
)


async def record_names(conn: Connection, artist_id: int) -> None:
    """Record that the names of an artist are to be removed from the journal."""
    await conn.execute(_RECORD, {"artist_id": artist_id})


class NameRemoval:
    """Removes the names of artists who left from the journal; each worker process runs one.

    Several may do so at the same time, and begin again after a crash: what is rewritten is not found again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Remove names until cancelled."""
        while True:
            try:
                await self.sweep()
            except Unavailable as error:
                log.info("removal of names paused", reason=str(error))
            await asyncio.sleep(POLL_SECONDS)

    async def sweep(self) -> None:
        """Rewrite the journal for all artists who are due, and once more LATE_SECONDS later."""
        async with self._database.connection() as conn:
            artist_ids = [row.artist_id for row in await conn.fetch_all(_DUE)]
        if not artist_ids:
            return
        await self._rewrite(_pattern_of(artist_ids))
        due = {"artist_ids": integers(artist_ids)}
        async with self._database.transaction() as conn:
            await conn.execute(_DONE, due)
            await conn.execute(_ONCE_MORE, {**due, "late": LATE_SECONDS})

    async def _rewrite(self, sought: str) -> None:
        canvas_id = seq = 0
        loop = asyncio.get_running_loop()
        while True:
            began_at = loop.time()
            params = {"canvas_id": canvas_id, "seq": seq, "count": SLICE, "sought": sought, "shown": _SHOWN}
            async with self._database.connection() as conn:
                last = await conn.fetch_one(_REWRITE, params)
            if last is None:
                return
            canvas_id, seq = last.canvas_id, last.seq
            await asyncio.sleep(PAUSE * (loop.time() - began_at))


def _pattern_of(artist_ids: Sequence[int]) -> str:
    """Write the regular expression for artists as `ArtistView` shows them, unless as deleted ones.

    Quotes inside a text are escaped, so a name that looks like an artist is not one.
    """
    ids = "|".join(map(str, artist_ids))
    name = r'(?:[^"\\]|\\.)*'
    return rf'("id":(?:{ids}),"username":)"(?!{DELETED_USERNAME}"){name}","display_name":"{name}"'
