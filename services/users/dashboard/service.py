"""Use case of the dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web

from services.users.counters import DAILY, TOTALS
from services.users.dashboard import store
from services.users.dashboard.schemas import DashboardView, DayView, QueueView, ServiceHealthView
from services.users.dashboard.store import Observation
from shared.db import Database

SERIES_DAYS = 30
WEEK_DAYS = 7

STALE_SECONDS = 30.0
"""An older observation is not shown as current; the worker polls every five seconds."""

READY = "ready"
DEAD_SUFFIX = ".dead"


class Dashboard:
    """Reads the dashboard; a request neither counts rows nor polls other processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self) -> DashboardView:
        """Return the totals, the latest observations and the last 30 days."""
        today = datetime.now(UTC).date()
        async with self._database.connection() as conn:
            totals = await store.get_totals(conn)
            rows = await store.list_days(conn, today - timedelta(days=SERIES_DAYS - 1))
            observed = await store.list_observations(conn)
        days = {row.day: row for row in rows}
        week = [days[day] for day in _list_days(today, WEEK_DAYS) if day in days]
        return DashboardView(
            **{name: getattr(totals, name, 0) for name in TOTALS},
            active_today=getattr(days.get(today), "active", 0),
            active_this_week=sum(row.last_active for row in week),
            new_today=getattr(days.get(today), "accounts", 0),
            new_this_week=sum(row.accounts for row in week),
            series=[_make_day(day, days) for day in _list_days(today, SERIES_DAYS)],
            **_summarise(observed),
        )


def _list_days(today: date, count: int) -> Sequence[date]:
    return [today - timedelta(days=back) for back in reversed(range(count))]


def _make_day(day: date, days: Mapping[date, Any]) -> DayView:
    row = days.get(day)
    return DayView(day=day, **{name: getattr(row, name, 0) for name in (*DAILY, "active")})


def _summarise(observed: Sequence[Observation]) -> dict[str, Any]:
    queues = [item for item in observed if item.kind == "queue"]
    fresh = [item for item in observed if item.age < STALE_SECONDS]
    depths = [item for item in fresh if item.kind == "queue"]
    return {
        "live_viewers": _sum(item for item in fresh if item.kind == "viewers"),
        "queue_depth": _sum(item for item in depths if not item.name.endswith(DEAD_SUFFIX)),
        "dead_letters": _sum(item for item in depths if item.name.endswith(DEAD_SUFFIX)),
        "queues": [
            QueueView(name=item.name, messages=item.value or 0, age_seconds=round(item.age, 1))
            for item in queues
        ],
        "services": [
            ServiceHealthView(
                name=item.name,
                is_ready=item.state == READY and item.age < STALE_SECONDS,
                state=item.state,
                age_seconds=round(item.age, 1),
            )
            for item in observed
            if item.kind == "service"
        ],
        "observed_seconds_ago": round(max(item.age for item in observed), 1) if observed else None,
    }


def _sum(items: Iterable[Observation]) -> int | None:
    values = [item.value for item in items]
    return sum(value or 0 for value in values) if values else None


DASHBOARD = web.AppKey("DASHBOARD", Dashboard)
