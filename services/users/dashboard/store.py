"""SQL of the dashboard: a handful of small rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Date, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.users.dashboard.counters import DAILY, TOTALS
from services.users.tables import active_artists, daily, observations, totals
from shared.db import Connection

Kind = Literal["service", "queue", "viewers"]

_TOTALS = select(*(totals.c[name] for name in TOTALS))
_SINCE = (
    select(daily.c.day, *(daily.c[name] for name in DAILY), daily.c.active, daily.c.last_active)
    .where(daily.c.day >= bindparam("since", type_=Date))
    .order_by(daily.c.day)
)
_OBSERVED = select(
    observations.c.kind,
    observations.c.name,
    observations.c.value,
    observations.c.state,
    func.greatest(func.extract("epoch", func.now() - observations.c.observed_at), 0).label("age"),
).order_by(observations.c.kind, observations.c.name)

_offered = insert(observations).values(
    {name: bindparam(name) for name in ("kind", "name", "value", "state")} | {"observed_at": func.now()}
)
_OBSERVE = _offered.on_conflict_do_update(
    index_elements=["kind", "name"],
    set_={name: _offered.excluded[name] for name in ("value", "state", "observed_at")},
)
_FORGET = delete(observations).where(observations.c.observed_at < func.now() - bindparam("age"))
_FORGET_DAYS = delete(active_artists).where(active_artists.c.day < bindparam("before", type_=Date))

FORGOTTEN_AFTER = timedelta(hours=1)
"""What was not seen for so long is no part of this stack any more."""

ACTIVE_DAYS = 40
"""Days for which it is kept who was active; an event that comes later than that counts its artist again."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the worker saw; `age` is in seconds."""

    kind: Kind
    name: str
    value: int | None
    state: str
    age: float = 0.0


async def read_totals(conn: Connection) -> Any:
    """Return the row of totals, or None while nothing was counted."""
    return await conn.fetch_one(_TOTALS)


async def read_days(conn: Connection, since: date) -> Sequence[Any]:
    """Return the rows of the days since then on which anything happened, in order."""
    return await conn.fetch_all(_SINCE, {"since": since})


async def read_observations(conn: Connection) -> Sequence[Observation]:
    """Return what the worker saw last."""
    return [
        Observation(row.kind, row.name, row.value, row.state, float(row.age))
        for row in await conn.fetch_all(_OBSERVED)
    ]


async def observe(conn: Connection, seen: Sequence[Observation]) -> None:
    """Keep what was seen just now, in one round trip."""
    for item in sorted(seen, key=lambda item: (item.kind, item.name)):
        conn.lead_with(
            _OBSERVE, {"kind": item.kind, "name": item.name, "value": item.value, "state": item.state}
        )
    await conn.execute(_FORGET, {"age": FORGOTTEN_AFTER})


async def forget_days(conn: Connection, now: datetime) -> None:
    """Forget who was active ACTIVE_DAYS ago and before."""
    await conn.execute(_FORGET_DAYS, {"before": now.date() - timedelta(days=ACTIVE_DAYS)})
