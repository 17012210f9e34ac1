"""Recounting of what the dashboard shows, except likes per day: the time of a like is not stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, Select, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import Insert, insert

from services.users.counters import LOCK_COUNTERS, TOTALS, defer_add_to_totals
from services.users.dashboard.store import ACTIVE_DAYS
from services.users.tables import (
    active_artists,
    artist_stats,
    daily,
    known_canvases,
    known_tiles,
    last_active,
    profiles,
    reports,
    totals,
)
from shared.db import Connection, Database


@dataclass(frozen=True, slots=True)
class DashboardDrift:
    """A counter that was wrong and has been corrected; `day` is None for a total."""

    day: date | None
    counter: str
    recorded: int
    actual: int


_sums = select(
    func.coalesce(func.sum(artist_stats.c.canvases_created), 0).label("canvases"),
    func.coalesce(func.sum(artist_stats.c.tiles_created), 0).label("tiles"),
    func.coalesce(func.sum(artist_stats.c.likes_received), 0).label("likes"),
).subquery()
_ACTUAL_TOTALS = select(
    _sums,
    select(func.count())
    .select_from(profiles)
    .where(profiles.c.is_registered, profiles.c.status != "deleted")
    .scalar_subquery()
    .label("accounts"),
    select(func.count())
    .select_from(reports)
    .where(reports.c.queue_rank < 2)
    .scalar_subquery()
    .label("open_reports"),
)
_RECORDED_TOTALS = select(*(totals.c[name] for name in TOTALS))


def _day(moment: ColumnElement[datetime]) -> ColumnElement[date]:
    return cast(func.timezone("UTC", moment), Date)


_THINGS: dict[str, tuple[ColumnElement[date], tuple[ColumnElement[bool], ...]]] = {
    "accounts": (_day(profiles.c.joined_at), (profiles.c.is_registered,)),
    "canvases": (_day(known_canvases.c.created_at), (known_canvases.c.created_at.is_not(None),)),
    "tiles": (_day(known_tiles.c.created_at), (known_tiles.c.created_at.is_not(None),)),
    "reports": (_day(reports.c.created_at), ()),
    "active": (active_artists.c.day, (active_artists.c.day >= bindparam("since", type_=Date),)),
    "last_active": (last_active.c.day, ()),
}


class _Daily:
    """Statements about one counter of the days."""

    def __init__(self, name: str, day: ColumnElement[date], which: tuple[ColumnElement[bool], ...]) -> None:
        counted = select(day.label("day"), func.count().label("n")).where(*which).group_by(day).subquery()
        recorded = func.coalesce(daily.c[name], 0)
        actual = func.coalesce(counted.c.n, 0)
        which_day = func.coalesce(daily.c.day, counted.c.day)
        self.compare: Select[date, int, int] = (
            select(which_day.label("day"), recorded.label("recorded"), actual.label("actual"))
            .select_from(daily.join(counted, counted.c.day == daily.c.day, full=True))
            .where(recorded != actual)
            .order_by(which_day)
        )
        if name == "active":
            self.compare = self.compare.where(which_day >= bindparam("since", type_=Date))
        offered = insert(daily).values({"day": bindparam("day"), name: bindparam("actual")})
        self.correct: Insert = offered.on_conflict_do_update(
            index_elements=["day"], set_={name: offered.excluded[name]}
        )


_ALL = {name: _Daily(name, *thing) for name, thing in _THINGS.items()}


async def repair_dashboard(database: Database) -> AsyncIterator[DashboardDrift]:
    """Correct the dashboard's counters and yield those that were wrong; the service may run meanwhile.

    Every writer of these counters takes the same lock, so a recount never reads a change half done.
    """
    async with database.transaction() as conn:
        drifts = await _repair_totals(conn)
    for drift in drifts:
        yield drift
    since = datetime.now(UTC).date() - timedelta(days=ACTIVE_DAYS)
    for name, statements in _ALL.items():
        async with database.transaction() as conn:
            drifts = await _repair_daily(conn, name, statements, since)
        for drift in drifts:
            yield drift


async def _repair_totals(conn: Connection) -> list[DashboardDrift]:
    conn.prepend(LOCK_COUNTERS)
    actual = await conn.fetch_one(_ACTUAL_TOTALS)
    recorded = await conn.fetch_one(_RECORDED_TOTALS)
    pairs = {name: (getattr(recorded, name, 0), int(getattr(actual, name))) for name in TOTALS}
    defer_add_to_totals(conn, **{name: now - was for name, (was, now) in pairs.items()})
    return [DashboardDrift(None, name, was, now) for name, (was, now) in pairs.items() if was != now]


async def _repair_daily(conn: Connection, name: str, statements: _Daily, since: date) -> list[DashboardDrift]:
    conn.prepend(LOCK_COUNTERS)
    rows = await conn.fetch_all(statements.compare, {"since": since} if name == "active" else None)
    for row in rows:
        await conn.execute(statements.correct, {"day": row.day, "actual": row.actual})
    return [DashboardDrift(row.day, name, row.recorded, row.actual) for row in rows]
