"""SQL of the dashboard: a handful of small rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Date, Interval, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.users import tables
from services.users.counters import DAILY, TOTALS
from services.users.tables import active_artists, daily, totals
from shared.db import Connection

Kind = Literal["service", "queue", "viewers"]

_TOTALS = select(*(totals.c[name] for name in TOTALS))
_SINCE = (
    select(daily.c.day, *(daily.c[name] for name in DAILY), daily.c.active, daily.c.last_active)
    .where(daily.c.day >= bindparam("since", type_=Date))
    .order_by(daily.c.day)
)
_OBSERVED = select(
    tables.observations.c.kind,
    tables.observations.c.name,
    tables.observations.c.value,
    tables.observations.c.state,
    func.greatest(func.extract("epoch", func.now() - tables.observations.c.observed_at), 0).label("age"),
).order_by(tables.observations.c.kind, tables.observations.c.name)

_offered = insert(tables.observations).values(
    {name: bindparam(name) for name in ("kind", "name", "value", "state")} | {"observed_at": func.now()}
)
_OBSERVE = _offered.on_conflict_do_update(
    index_elements=["kind", "name"],
    set_={name: _offered.excluded[name] for name in ("value", "state", "observed_at")},
)
_DELETE_OUTDATED = delete(tables.observations).where(
    tables.observations.c.observed_at < func.now() - bindparam("age", type_=Interval)
)
_DELETE_OLD_ACTIVITY = delete(active_artists).where(active_artists.c.day < bindparam("before", type_=Date))

OUTDATED_AFTER = timedelta(hours=1)
"""A process or queue that was not observed for this long is no longer part of the stack."""

ACTIVE_DAYS = 40
"""Days for which active artists are stored; an event that arrives later counts its artist again."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The state of a process or a queue as the worker observed it; `age` is in seconds."""

    kind: Kind
    name: str
    value: int | None
    state: str
    age: float = 0.0


async def get_totals(conn: Connection) -> Any:
    """Return the row of totals, or None before anything was counted."""
    return await conn.fetch_one(_TOTALS)


async def list_days(conn: Connection, since: date) -> Sequence[Any]:
    """Return the rows of the days from `since` on, in order; days without events have none."""
    return await conn.fetch_all(_SINCE, {"since": since})


async def list_observations(conn: Connection) -> Sequence[Observation]:
    """Return the latest observation of each process and queue."""
    return [
        Observation(row.kind, row.name, row.value, row.state, float(row.age))
        for row in await conn.fetch_all(_OBSERVED)
    ]


async def save_observations(conn: Connection, observations: Sequence[Observation]) -> None:
    """Store observations made just now and delete outdated ones, in one round trip."""
    for item in sorted(observations, key=lambda item: (item.kind, item.name)):
        conn.prepend(
            _OBSERVE, {"kind": item.kind, "name": item.name, "value": item.value, "state": item.state}
        )
    await conn.execute(_DELETE_OUTDATED, {"age": OUTDATED_AFTER})


async def delete_old_activity(conn: Connection, now: datetime) -> None:
    """Delete the activity of ACTIVE_DAYS before `now` and earlier."""
    await conn.execute(_DELETE_OLD_ACTIVITY, {"before": now.date() - timedelta(days=ACTIVE_DAYS)})
