"""SQL of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Interval,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from services.users.people import ASSIGNEE, REPORTER, TARGET, Person, person_columns, read_person
from services.users.reports.rules import Conversation, Quote, Report, ReportChange, Target
from services.users.tables import known_canvases, known_tiles, profiles, reports
from shared.db import Connection, Row

# Names are looked up when a report is read: those of a deleted account are gone.
_CONVERSATION: ColumnElement[Any] = literal_column(
    "(SELECT json_agg(json_build_array(message -> 'id', author.id, author.username,"
    " coalesce(author.display_name, author.username), message -> 'text', message -> 'created_at')"
    " ORDER BY number)"
    " FROM jsonb_array_elements(reports.evidence -> 'messages') WITH ORDINALITY AS quoted (message, number)"
    " JOIN profiles AS author ON author.id = CAST(message ->> 'author_id' AS bigint))"
)
_author_id = cast(reports.c.evidence["author_id"].astext, BigInteger)

_SELECT = (
    select(
        *(column for column in reports.c if column.name not in ("reporter_id", "assignee_id", "evidence")),
        reports.c.evidence["canvas_id"].label("canvas_id"),
        _CONVERSATION.label("messages"),
        *person_columns(REPORTER, "reporter"),
        *person_columns(ASSIGNEE, "assignee"),
        *person_columns(TARGET, "person"),
    )
    .join_from(reports, REPORTER, REPORTER.c.id == reports.c.reporter_id)
    .join(ASSIGNEE, ASSIGNEE.c.id == reports.c.assignee_id, isouter=True)
    .join(
        TARGET,
        TARGET.c.id
        == case((reports.c.kind == "user", reports.c.target_id), (reports.c.kind == "message", _author_id)),
        isouter=True,
    )
)
_BY_ID = _SELECT.where(reports.c.id == bindparam("report_id"))
_WAITING = _SELECT.where(
    reports.c.reporter_id == bindparam("reporter_id"),
    reports.c.kind == bindparam("kind"),
    reports.c.target_id == bindparam("target_id"),
    or_(reports.c.status == "open", reports.c.status == "assigned"),
)
_wanted = bindparam("wanted", type_=Text)
_LIST = (
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
        reports.c.created_at > func.now() - bindparam("window", type_=Interval),
    )
    .order_by(reports.c.created_at.desc())
    .limit(bindparam("limit"))
)
_INSERT = (
    insert(reports)
    .values(
        {
            name: bindparam(name)
            for name in ("reporter_id", "kind", "target_id", "reason", "detail", "evidence")
        }
    )
    .returning(reports.c.id)
)

_caller = bindparam("caller_id", type_=BigInteger)
_status = bindparam("new_status", type_=Text)
_is_admin = bindparam("is_admin", type_=Boolean)
# The rules of `rules` in the statement that writes: of moderators who act at once, one succeeds.
_CHANGE = (
    update(reports)
    .where(
        reports.c.id == bindparam("report_id"),
        not_(and_(reports.c.kind == "user", reports.c.target_id == _caller)),
        not_(and_(reports.c.kind == "message", _author_id == _caller)),
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


_FORGET_EVIDENCE = text(
    "UPDATE reports SET evidence = jsonb_set(evidence, '{messages}', '[]')"
    " WHERE queue_rank = 2 AND evidence -> 'messages' <> '[]'"
    " AND updated_at < now() - CAST(:kept AS interval)"
)


async def target_exists(conn: Connection, target: Target) -> bool:
    """Whether the target, which is no message, exists, by the events received so far."""
    return await conn.fetch_value(_EXISTS[target.kind], {"target_id": target.target_id}) is not None


async def get_waiting_report(conn: Connection, reporter_id: int, target: Target) -> Report | None:
    """Return the artist's report of the target that is open or assigned, or None."""
    row = await conn.fetch_one(
        _WAITING, {"reporter_id": reporter_id, "kind": target.kind, "target_id": target.target_id}
    )
    return None if row is None else _read_report(row)


def prepend_reporter_lock(conn: Connection, reporter_id: int) -> None:
    """Lock the reporter, so that an artist creates one report at a time."""
    conn.prepend(_LOCK_REPORTER, {"reporter_id": reporter_id})


async def list_recent(
    conn: Connection, reporter_id: int, window: timedelta, limit: int
) -> Sequence[datetime]:
    """Return the times of the artist's reports within the window, newest first, `limit` at most."""
    rows = await conn.fetch_all(_RECENT, {"reporter_id": reporter_id, "window": window, "limit": limit})
    return [row.created_at for row in rows]


async def insert_report(
    conn: Connection,
    reporter_id: int,
    target: Target,
    *,
    reason: str,
    detail: str | None,
    evidence: Mapping[str, Any] | None = None,
) -> int:
    """Store a report and return its id; `evidence` is what was written around a message."""
    values = {
        "kind": target.kind,
        "target_id": target.target_id,
        "reason": reason,
        "detail": detail,
        "evidence": evidence,
    }
    return int(await conn.fetch_value(_INSERT, {"reporter_id": reporter_id, **values}))


async def get_report(conn: Connection, report_id: int) -> Report | None:
    """Return a report, or None."""
    row = await conn.fetch_one(_BY_ID, {"report_id": report_id})
    return None if row is None else _read_report(row)


async def list_reports(
    conn: Connection, status: str | None, *, beyond: tuple[int, int], count: int
) -> Sequence[tuple[int, Report]]:
    """Return up to `count` reports with their rank in the queue, after the pair (rank, id)."""
    rows = await conn.fetch_all(
        _LIST, {"wanted": status, "rank": beyond[0], "after": beyond[1], "count": count}
    )
    return [(row.queue_rank, _read_report(row)) for row in rows]


async def change_report(
    conn: Connection, report_id: int, change: ReportChange, *, caller_id: int, is_admin: bool
) -> bool:
    """Change a report if the rules allow it in its current state; returns whether they did."""
    params: dict[str, Any] = {
        "report_id": report_id,
        "new_status": change.status,
        "caller_id": caller_id,
        "is_admin": is_admin,
        "assignee_id": None if change.status == "open" else caller_id,
        "resolution": change.resolution,
        "action_taken": change.action_taken,
    }
    return await conn.fetch_value(_CHANGE, params) is not None


async def forget_evidence(conn: Connection, kept: timedelta) -> None:
    """Delete what was written around messages whose reports were closed longer ago than that."""
    await conn.execute(_FORGET_EVIDENCE, {"kept": kept})


def _read_quotes(messages: Sequence[Sequence[Any]] | None) -> Sequence[Quote]:
    return [
        Quote(message_id, Person(*author), text, datetime.fromisoformat(created_at))
        for message_id, *author, text, created_at in messages or ()
    ]


def _read_report(row: Row) -> Report:
    return Report(
        id=row.id,
        kind=row.kind,
        target_id=row.target_id,
        target=read_person(row, "person"),
        conversation=None
        if row.canvas_id is None
        else Conversation(row.canvas_id, _read_quotes(row.messages)),
        reason=row.reason,
        detail=row.detail,
        status=row.status,
        reporter=Person(row.reporter_id, row.reporter_username, row.reporter_display_name),
        assignee=read_person(row, "assignee"),
        resolution=row.resolution,
        action_taken=row.action_taken,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
