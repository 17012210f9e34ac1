"""SQL of identities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.auth.tables import identities
from shared.db import Connection
from shared.errors import UniqueViolated

_matches = (identities.c.issuer == bindparam("issuer")) & (identities.c.subject == bindparam("subject"))
_of_account = identities.c.account_id == bindparam("account_id")
_GET = select(identities.c.account_id).where(_matches)
_USE = update(identities).where(_matches).values(last_used_at=func.now()).returning(identities.c.account_id)
_new = upsert(identities).values(
    {name: bindparam(name) for name in ("issuer", "subject", "provider", "account_id")}
)
# Returns no row for the identity of another account. Only a row of this transaction is of its now().
_ADD = _new.on_conflict_do_update(
    index_elements=["issuer", "subject"],
    set_={"provider": _new.excluded.provider},
    where=identities.c.account_id == _new.excluded.account_id,
).returning((identities.c.linked_at == func.now()).label("is_new"))
_LIST = (
    select(identities.c.provider, identities.c.issuer, identities.c.linked_at, identities.c.last_used_at)
    .where(_of_account)
    .order_by(identities.c.provider)
)
_DELETE = delete(identities).where(_of_account, identities.c.provider == bindparam("of_provider"))
_DELETE_ALL = delete(identities).where(_of_account)


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """An identity in its owner's list."""

    provider: str
    issuer: str
    linked_at: datetime
    last_used_at: datetime | None


async def get_account_id(conn: Connection, issuer: str, subject: str) -> int | None:
    """Return the account that an identity logs in to, or None."""
    row = await conn.fetch_one(_GET, {"issuer": issuer, "subject": subject})
    return None if row is None else int(row.account_id)


async def use(conn: Connection, issuer: str, subject: str) -> int | None:
    """Store that an identity was used just now; returns its account, None if it no longer has one."""
    row = await conn.fetch_one(_USE, {"issuer": issuer, "subject": subject})
    return None if row is None else int(row.account_id)


async def add(conn: Connection, account_id: int, provider: str, issuer: str, subject: str) -> bool:
    """Link an identity to an account; returns False if it was linked to it already.

    Raises UniqueViolated if it is linked to another account, or the account has another one of this provider.
    """
    values = {"issuer": issuer, "subject": subject, "provider": provider, "account_id": account_id}
    row = await conn.fetch_one(_ADD, values)
    if row is None:
        raise UniqueViolated("pk_identities")
    return bool(row.is_new)


async def list_of(conn: Connection, account_id: int) -> Sequence[LinkedIdentity]:
    """Return the identities of an account, in order of their providers."""
    rows = await conn.fetch_all(_LIST, {"account_id": account_id})
    return [LinkedIdentity(**row._asdict()) for row in rows]


async def remove(conn: Connection, account_id: int, provider: str) -> bool:
    """Remove the account's identity of a provider; returns False if it has none."""
    return await conn.execute(_DELETE, {"account_id": account_id, "of_provider": provider}) > 0


async def remove_all(conn: Connection, account_id: int) -> None:
    """Remove every identity of an account."""
    await conn.execute(_DELETE_ALL, {"account_id": account_id})
