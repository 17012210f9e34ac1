"""SQL of accounts' standing, as auth tells it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, bindparam, func, or_, select, update

from services.users.moderation.rules import Account
from services.users.tables import audit, profiles
from shared.db import Connection, Row

_asked, _answer = audit.alias("asked"), audit.alias("answer")
_PENDING = (
    select(func.array_agg(_asked.c.action))
    .where(
        _asked.c.target_kind == "user",
        _asked.c.target_id == profiles.c.id,
        _asked.c.outcome == "requested",
        ~select(_answer.c.id).where(_answer.c.refers_to == _asked.c.id).exists(),
    )
    .scalar_subquery()
)
_SELECT = select(
    profiles.c.id,
    profiles.c.username,
    func.coalesce(profiles.c.display_name, profiles.c.username).label("display_name"),
    profiles.c.status,
    profiles.c.suspended_until,
    profiles.c.suspension_reason,
    profiles.c.roles,
    profiles.c.is_verified,
    profiles.c.joined_at,
    _PENDING.label("pending"),
)
_LOCKED = _SELECT.where(profiles.c.id == bindparam("account_id")).with_for_update(key_share=True, of=profiles)
_status = bindparam("wanted", type_=Text)
_LISTED = (
    _SELECT.where(
        profiles.c.search_text.like(func.lower(bindparam("pattern"))),
        profiles.c.id > bindparam("after"),
        or_(_status.is_(None), profiles.c.status == _status),
    )
    .order_by(profiles.c.id)
    .limit(bindparam("count"))
)

_STANDING = (
    update(profiles)
    .where(
        profiles.c.id == bindparam("account_id"),
        profiles.c.status != "deleted",
        profiles.c.status_version < bindparam("new_version"),
    )
    .values(
        status=bindparam("new_status"),
        suspended_until=bindparam("until"),
        suspension_reason=bindparam("reason"),
        status_version=bindparam("new_version"),
    )
)
_ROLES = (
    update(profiles)
    .where(
        profiles.c.id == bindparam("account_id"),
        profiles.c.status != "deleted",
        profiles.c.roles_version < bindparam("new_version"),
    )
    .values(roles=bindparam("new_roles", type_=profiles.c.roles.type), roles_version=bindparam("new_version"))
)
_VERIFIED = update(profiles).where(profiles.c.id == bindparam("account_id")).values(is_verified=True)


async def lock(conn: Connection, account_id: int) -> Account | None:
    """Return an account and hold its row, so that what is asked about it is told in order; or None."""
    row = await conn.fetch_one(_LOCKED, {"account_id": account_id})
    return None if row is None else _account_of(row)


async def listed(
    conn: Connection, pattern: str, status: str | None, *, after: int, count: int
) -> Sequence[Account]:
    """Return up to `count` accounts whose names match a LIKE pattern, by id, beyond `after`."""
    rows = await conn.fetch_all(
        _LISTED, {"pattern": pattern, "wanted": status, "after": after, "count": count}
    )
    return [_account_of(row) for row in rows]


async def suspend(
    conn: Connection, account_id: int, *, until: datetime | None, reason: str, version: int
) -> None:
    """Take over a suspension, unless something newer is known."""
    params = {"new_status": "suspended", "until": until, "reason": reason}
    await conn.execute(_STANDING, {"account_id": account_id, "new_version": version, **params})


async def reinstate(conn: Connection, account_id: int, *, version: int) -> None:
    """Take over that a suspension has ended, unless something newer is known."""
    params = {"new_status": "active", "until": None, "reason": None}
    await conn.execute(_STANDING, {"account_id": account_id, "new_version": version, **params})


async def set_roles(conn: Connection, account_id: int, roles: Sequence[str], *, version: int) -> None:
    """Take over roles, unless newer ones are known."""
    await conn.execute(_ROLES, {"account_id": account_id, "new_roles": list(roles), "new_version": version})


async def verify(conn: Connection, account_id: int) -> None:
    """Take over that the account's address was verified."""
    await conn.execute(_VERIFIED, {"account_id": account_id})


def _account_of(row: Row) -> Account:
    return Account(
        id=row.id,
        username=row.username,
        display_name=row.display_name,
        status=row.status,
        suspended_until=row.suspended_until,
        suspension_reason=row.suspension_reason,
        roles=row.roles,
        is_verified=row.is_verified,
        joined_at=row.joined_at,
        pending=row.pending or (),
    )
