"""The counters of the dashboard, changed in the transaction that changes what they count.

Every change is deferred to the COMMIT and serialised by an advisory lock. That lock is the last one a
transaction takes and is released at once, so it cannot be part of a deadlock.
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

LOCK_COUNTERS = hold_until_commit(AdvisoryLock.COUNTERS)


def _add(table: Table, key: str, counters: tuple[str, ...]) -> Insert:
    offered = insert(table).values({name: bindparam(name) for name in (key, *counters)})
    return offered.on_conflict_do_update(
        index_elements=[key], set_={name: table.c[name] + offered.excluded[name] for name in counters}
    )


_ADD_TOTALS = _add(totals, "id", TOTALS)
_ADD_DAILY = _add(daily, "day", DAILY)

_MARK_ACTIVE = text(
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


def get_day(moment: datetime) -> date:
    """Return the day that a moment counts for, in UTC."""
    return moment.astimezone(UTC).date()


def defer_add_to_totals(conn: Connection, **steps: int) -> None:
    """Add to the counters in TOTALS that are named, with the COMMIT."""
    if any(steps.values()):
        conn.defer(LOCK_COUNTERS)
        conn.defer(_ADD_TOTALS, {"id": 1, **dict.fromkeys(TOTALS, 0), **steps})


def defer_add_to_day(conn: Connection, moment: datetime, **steps: int) -> None:
    """Add to the counters in DAILY that are named, for the day of `moment`, with the COMMIT."""
    conn.defer(LOCK_COUNTERS)
    conn.defer(_ADD_DAILY, {"day": get_day(moment), **dict.fromkeys(DAILY, 0), **steps})


def defer_mark_active(conn: Connection, artist_id: int, moment: datetime) -> None:
    """Count the artist as active on the day of `moment`, with the COMMIT; at most once per day."""
    conn.defer(LOCK_COUNTERS)
    conn.defer(_MARK_ACTIVE, {"artist_id": artist_id, "day": get_day(moment)})
