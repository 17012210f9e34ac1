"""SQL of reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Text, and_, bindparam, func, not_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from services.users.people import ASSIGNEE, REPORTER, Person, person_columns, person_of
from services.users.reports.rules import Decision, Report, Target
from services.users.tables import known_canvases, known_tiles, profiles, reports
from shared.db import Connection, Row

_SELECT = (
    select(
        *(column for column in reports.c if column.name not in ("reporter_id", "assignee_id")),
        *person_columns(REPORTER, "reporter"),
        *person_columns(ASSIGNEE, "assignee"),
    )
    .join_from(reports, REPORTER, REPORTER.c.id == reports.c.reporter_id)
    .join(ASSIGNEE, ASSIGNEE.c.id == reports.c.assignee_id, isouter=True)
)
_BY_ID = _SELECT.where(reports.c.id == bindparam("report_id"))
_WAITING = _SELECT.where(
    reports.c.reporter_id == bindparam("reporter_id"),
    reports.c.kind == bindparam("kind"),
    reports.c.target_id == bindparam("target_id"),
    or_(reports.c.status == "open", reports.c.status == "assigned"),
)
_wanted = bindparam("wanted", type_=Text)
_LISTED = (
    _SELECT.where(
        tuple_(reports.c.queue_rank, reports.c.id) > tuple_(bindparam("rank"), bindparam("after")),
        or_(_wanted.is_(None), reports.c.status == _wanted),
    )
    .order_by(reports.c.queue_rank, reports.c.id)
    .limit(bindparam("count"))
)

_EXISTS = {
    "tile": select(known_tiles.c.tile_id).where(
        known_tiles.c.tile_id == bindparam("target_id"), ~known_tiles.c.is_deleted
    ),
    "canvas": select(known_canvases.c.canvas_id).where(
        known_canvases.c.canvas_id == bindparam("target_id"), ~known_canvases.c.is_deleted
    ),
    "user": select(profiles.c.id).where(
        profiles.c.id == bindparam("target_id"), profiles.c.status != "deleted"
    ),
}

_LOCK_REPORTER = (
    select(profiles.c.id).where(profiles.c.id == bindparam("reporter_id")).with_for_update(key_share=True)
)
_RECENT = (
    select(reports.c.created_at)
    .where(
        reports.c.reporter_id == bindparam("reporter_id"),
        reports.c.created_at > func.now() - bindparam("window"),
    )
    .order_by(reports.c.created_at.desc())
    .limit(bindparam("limit"))
)
_OPEN = (
    insert(reports)
    .values({name: bindparam(name) for name in ("reporter_id", "kind", "target_id", "reason", "detail")})
    .returning(reports.c.id)
)

_caller = bindparam("caller_id", type_=BigInteger)
_status = bindparam("new_status", type_=Text)
_is_admin = bindparam("is_admin", type_=Boolean)
# The rules of `rules`, in the one statement that also writes: of moderators at once, one wins.
_DECIDE = (
    update(reports)
    .where(
        reports.c.id == bindparam("report_id"),
        not_(and_(reports.c.kind == "user", reports.c.target_id == _caller)),
        or_(
            and_(reports.c.status == "open", _status != "open"),
            and_(
                reports.c.status == "assigned",
                or_(reports.c.assignee_id == _caller, and_(_is_admin, _status != "assigned")),
            ),
        ),
    )
    .values(
        status=_status,
        assignee_id=bindparam("assignee_id", type_=BigInteger),
        resolution=bindparam("resolution"),
        action_taken=bindparam("action_taken"),
        updated_at=func.now(),
    )
    .returning(reports.c.id)
)


async def exists(conn: Connection, target: Target) -> bool:
    """Whether the target is there, as far as this service has heard."""
    return await conn.fetch_value(_EXISTS[target.kind], {"target_id": target.target_id}) is not None


async def waiting(conn: Connection, reporter_id: int, target: Target) -> Report | None:
    """Return the artist's report of the target that waits for a moderator or is with one, or None."""
    row = await conn.fetch_one(
        _WAITING, {"reporter_id": reporter_id, "kind": target.kind, "target_id": target.target_id}
    )
    return None if row is None else _report_of(row)


def lead_with_lock(conn: Connection, reporter_id: int) -> None:
    """Let the artist make one report at a time until the transaction ends."""
    conn.lead_with(_LOCK_REPORTER, {"reporter_id": reporter_id})


async def recent(conn: Connection, reporter_id: int, window: timedelta, limit: int) -> Sequence[datetime]:
    """Return when the artist made reports within the window, newest first, `limit` at most."""
    rows = await conn.fetch_all(_RECENT, {"reporter_id": reporter_id, "window": window, "limit": limit})
    return [row.created_at for row in rows]


async def make(conn: Connection, reporter_id: int, target: Target, reason: str, detail: str | None) -> int:
    """Make a report and return its id."""
    values = {"kind": target.kind, "target_id": target.target_id, "reason": reason, "detail": detail}
    return int(await conn.fetch_value(_OPEN, {"reporter_id": reporter_id, **values}))


async def get(conn: Connection, report_id: int) -> Report | None:
    """Return a report, or None."""
    row = await conn.fetch_one(_BY_ID, {"report_id": report_id})
    return None if row is None else _report_of(row)


async def listed(
    conn: Connection, status: str | None, *, beyond: tuple[int, int], count: int
) -> Sequence[tuple[int, Report]]:
    """Return up to `count` reports with their rank in the queue, from beyond the pair (rank, id)."""
    rows = await conn.fetch_all(
        _LISTED, {"wanted": status, "rank": beyond[0], "after": beyond[1], "count": count}
    )
    return [(row.queue_rank, _report_of(row)) for row in rows]


async def decide(
    conn: Connection, report_id: int, decision: Decision, *, caller_id: int, is_admin: bool
) -> bool:
    """Move a report on if the rules allow it as it stands now; returns whether they did."""
    params: dict[str, Any] = {
        "report_id": report_id,
        "new_status": decision.status,
        "caller_id": caller_id,
        "is_admin": is_admin,
        "assignee_id": None if decision.status == "open" else caller_id,
        "resolution": decision.resolution,
        "action_taken": decision.action_taken,
    }
    return await conn.fetch_value(_DECIDE, params) is not None


def _report_of(row: Row) -> Report:
    return Report(
        id=row.id,
        kind=row.kind,
        target_id=row.target_id,
        reason=row.reason,
        detail=row.detail,
        status=row.status,
        reporter=Person(row.reporter_id, row.reporter_username, row.reporter_display_name),
        assignee=person_of(row, "assignee"),
        resolution=row.resolution,
        action_taken=row.action_taken,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
