"""SQL of accounts' status and roles, as auth publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Text, bindparam, func, or_, select, text, update

from services.users.moderation.rules import ModeratedAccount
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
_BY_ID_FOR_UPDATE = _SELECT.where(profiles.c.id == bindparam("account_id")).with_for_update(
    key_share=True, of=profiles
)
_status = bindparam("wanted", type_=Text)
_LIST = (
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
_MODERATES = text("SELECT id FROM profiles WHERE id = :account_id AND roles && ARRAY['moderator', 'admin']")
_VERIFIED = (
    update(profiles)
    .where(profiles.c.id == bindparam("account_id"), profiles.c.status != "deleted")
    .values(is_verified=True)
)


async def get_account_for_update(conn: Connection, account_id: int) -> ModeratedAccount | None:
    """Return an account and lock its row, so that commands about it are sent in order; or None."""
    row = await conn.fetch_one(_BY_ID_FOR_UPDATE, {"account_id": account_id})
    return None if row is None else _read_account(row)


async def list_accounts(
    conn: Connection, pattern: str, status: str | None, *, after: int, count: int
) -> Sequence[ModeratedAccount]:
    """Return up to `count` accounts with ids above `after` whose names match a LIKE pattern."""
    rows = await conn.fetch_all(_LIST, {"pattern": pattern, "wanted": status, "after": after, "count": count})
    return [_read_account(row) for row in rows]


async def suspend(
    conn: Connection, account_id: int, *, until: datetime | None, reason: str, version: int
) -> None:
    """Store a suspension, unless a newer state is known."""
    params = {"new_status": "suspended", "until": until, "reason": reason}
    await conn.execute(_STANDING, {"account_id": account_id, "new_version": version, **params})


async def reinstate(conn: Connection, account_id: int, *, version: int) -> None:
    """Store the end of a suspension, unless a newer state is known."""
    params = {"new_status": "active", "until": None, "reason": None}
    await conn.execute(_STANDING, {"account_id": account_id, "new_version": version, **params})


async def set_roles(conn: Connection, account_id: int, roles: Sequence[str], *, version: int) -> None:
    """Store roles, unless newer ones are known."""
    await conn.execute(_ROLES, {"account_id": account_id, "new_roles": list(roles), "new_version": version})


async def verify(conn: Connection, account_id: int) -> None:
    """Store that the account's address was verified."""
    await conn.execute(_VERIFIED, {"account_id": account_id})


def _read_account(row: Row) -> ModeratedAccount:
    return ModeratedAccount(
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


async def moderates_site(conn: Connection, account_id: int) -> bool:
    """Return whether the account is a moderator or an admin of the site, as far as is known here."""
    return await conn.fetch_value(_MODERATES, {"account_id": account_id}) is not None
