"""SQL of the audit log, whose rows are never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, and_, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from services.users.audit.rules import CONCERNED_BY, AuditedAction, Outcome, TargetKind
from services.users.people import ACTOR, CONCERNED, TARGET, Person, person_columns, read_person
from services.users.tables import audit
from shared.db import Connection, Row

_FIELDS = ("actor_id", "action", "target_kind", "target_id", "outcome", "details")

_APPEND = (
    insert(audit)
    .values({name: bindparam(name, type_=audit.c[name].type) for name in _FIELDS})
    .returning(audit)
)

_asked, _answer = audit.alias("asked"), audit.alias("answer")
# Commands about an account are handled in order, so an outcome belongs to the oldest request without one.
_REQUEST = (
    select(_asked.c.id)
    .where(
        _asked.c.target_kind == bindparam("target_kind"),
        _asked.c.target_id == bindparam("target_id"),
        _asked.c.action == bindparam("action"),
        _asked.c.actor_id == bindparam("actor_id"),
        _asked.c.outcome == "requested",
        ~select(_answer.c.id).where(_answer.c.refers_to == _asked.c.id).exists(),
    )
    .order_by(_asked.c.id)
    .limit(1)
    .scalar_subquery()
)
_COMPLETE = insert(audit).values(
    {name: bindparam(name, type_=audit.c[name].type) for name in _FIELDS} | {"refers_to": _REQUEST}
)


def _matches(name: str, kind: type[BigInteger] | type[Text]) -> Any:
    wanted = bindparam(name, type_=kind)
    return or_(wanted.is_(None), audit.c[name] == wanted)


_CONCERNED_ID = cast(func.coalesce(*(audit.c.details[name].astext for name in CONCERNED_BY)), BigInteger)

_LIST = (
    select(
        *audit.c,
        *person_columns(ACTOR, "by"),
        *person_columns(TARGET, "person"),
        *person_columns(CONCERNED, "concerned"),
    )
    .join_from(audit, ACTOR, ACTOR.c.id == audit.c.actor_id, isouter=True)
    .join(TARGET, and_(audit.c.target_kind == "user", TARGET.c.id == audit.c.target_id), isouter=True)
    .join(CONCERNED, CONCERNED.c.id == _CONCERNED_ID, isouter=True)
    .where(
        audit.c.id < bindparam("below"),
        _matches("actor_id", BigInteger),
        _matches("action", Text),
        _matches("target_kind", Text),
        _matches("target_id", BigInteger),
    )
    .order_by(audit.c.id.desc())
    .limit(bindparam("count"))
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log; `refers_to` is the request that it has the outcome of."""

    id: int
    at: datetime
    actor: Person | None
    action: str
    target_kind: TargetKind
    target_id: int
    target: Person | None
    concerned: Person | None
    outcome: Outcome
    details: Mapping[str, Any]
    refers_to: int | None


@dataclass(frozen=True, slots=True)
class Filter:
    """The entries wanted; None stands for any."""

    actor_id: int | None
    action: str | None
    target_kind: str | None
    target_id: int | None


async def append(conn: Connection, action: AuditedAction) -> int:
    """Record an action or a request; returns the entry's id."""
    return int(await conn.fetch_value(_APPEND, _bind(action)))


async def complete(conn: Connection, action: AuditedAction) -> None:
    """Record an outcome, referring to its request if there was one."""
    await conn.execute(_COMPLETE, _bind(action))


async def list_entries(conn: Connection, wanted: Filter, *, below: int, count: int) -> Sequence[Entry]:
    """Return up to `count` entries with ids less than `below`, newest first."""
    params = {
        "actor_id": wanted.actor_id,
        "action": wanted.action,
        "target_kind": wanted.target_kind,
        "target_id": wanted.target_id,
    }
    rows = await conn.fetch_all(_LIST, {**params, "below": below, "count": count})
    return [_read_entry(row) for row in rows]


def _bind(action: AuditedAction) -> dict[str, Any]:
    return {name: getattr(action, name) for name in _FIELDS}


def _read_entry(row: Row) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        actor=read_person(row, "by"),
        action=row.action,
        target_kind=row.target_kind,
        target_id=row.target_id,
        target=read_person(row, "person"),
        concerned=read_person(row, "concerned"),
        outcome=row.outcome,
        details=row.details,
        refers_to=row.refers_to,
    )
