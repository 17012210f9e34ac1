"""The counters of the dashboard, kept by whoever changes what they count, in the same transaction.

All of this is sent with the COMMIT, one transaction at a time: the lock comes after every other lock of the
transaction and is held for a moment only, so nobody waits in a circle for it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.schema import Table

from services.users.tables import daily, totals
from shared.db import Connection
from shared.db.locks import AdvisoryLock, hold_until_commit

TOTALS = ("accounts", "canvases", "tiles", "likes", "open_reports")
DAILY = ("accounts", "canvases", "tiles", "likes", "reports")

TAKE_TURN = hold_until_commit(AdvisoryLock.COUNTERS)


def _add(table: Table, key: str, counters: tuple[str, ...]) -> Insert:
    offered = insert(table).values({name: bindparam(name) for name in (key, *counters)})
    return offered.on_conflict_do_update(
        index_elements=[key], set_={name: table.c[name] + offered.excluded[name] for name in counters}
    )


_ADD_TOTALS = _add(totals, "id", TOTALS)
_ADD_DAILY = _add(daily, "day", DAILY)

_SEEN = text(
    """
    WITH fresh AS (
        INSERT INTO active_artists (day, artist_id) VALUES (:day, :artist_id)
        ON CONFLICT DO NOTHING RETURNING day
    ), moved AS (
        INSERT INTO last_active AS known (artist_id, day) VALUES (:artist_id, :day)
        ON CONFLICT (artist_id) DO UPDATE SET day = excluded.day, before = known.day
        WHERE known.day < excluded.day RETURNING day, before
    ), steps AS (
        SELECT day, 1 AS active, 0 AS last_active FROM fresh
        UNION ALL SELECT day, 0, 1 FROM moved
        UNION ALL SELECT before, 0, -1 FROM moved WHERE before IS NOT NULL
    )
    INSERT INTO daily AS known (day, active, last_active)
    SELECT day, sum(active), sum(last_active) FROM steps GROUP BY day
    ON CONFLICT (day) DO UPDATE SET
        active = known.active + excluded.active, last_active = known.last_active + excluded.last_active
    """
)


def day_of(moment: datetime) -> date:
    """Return the day a moment counts for."""
    return moment.astimezone(UTC).date()


def add(conn: Connection, **steps: int) -> None:
    """Add to the totals named in TOTALS when this transaction commits."""
    if any(steps.values()):
        conn.defer(TAKE_TURN)
        conn.defer(_ADD_TOTALS, {"id": 1, **dict.fromkeys(TOTALS, 0), **steps})


def add_on(conn: Connection, moment: datetime, **steps: int) -> None:
    """Add to the counters of that day named in DAILY when this transaction commits."""
    conn.defer(TAKE_TURN)
    conn.defer(_ADD_DAILY, {"day": day_of(moment), **dict.fromkeys(DAILY, 0), **steps})


def seen(conn: Connection, artist_id: int, moment: datetime) -> None:
    """Note that the artist did something that day, when this transaction commits; once a day counts."""
    conn.defer(TAKE_TURN)
    conn.defer(_SEEN, {"artist_id": artist_id, "day": day_of(moment)})
