"""SQL of invitations. A use is taken by the statement that checks whether there is one left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, func, insert, or_, select, update

from services.auth.invitations.rules import Invitation, InvitedAccount
from services.auth.tables import accounts, invitations, invited_accounts
from shared.db import Connection, Row

_COLUMNS = (
    invitations.c.id,
    invitations.c.max_uses,
    invitations.c.uses,
    invitations.c.expires_at,
    invitations.c.revoked_at,
    invitations.c.created_by,
    invitations.c.created_at,
)
_can_be_used = and_(
    invitations.c.code_hash == bindparam("code_hash"),
    invitations.c.uses < invitations.c.max_uses,
    invitations.c.revoked_at.is_(None),
    or_(invitations.c.expires_at.is_(None), invitations.c.expires_at > func.now()),
)
_INSERT = (
    insert(invitations)
    .values({name: bindparam(name) for name in ("code_hash", "max_uses", "expires_at", "created_by")})
    .returning(*_COLUMNS)
)
_IS_USABLE = select(invitations.c.id).where(_can_be_used)
_TAKE_USE = (
    update(invitations).where(_can_be_used).values(uses=invitations.c.uses + 1).returning(invitations.c.id)
)
_RECORD = insert(invited_accounts).values(
    account_id=bindparam("account_id"), invitation_id=bindparam("invitation_id")
)
_GET = select(*_COLUMNS).where(invitations.c.id == bindparam("invitation_id"))
_LIST = (
    select(*_COLUMNS)
    .where(invitations.c.id < bindparam("below"))
    .order_by(invitations.c.id.desc())
    .limit(bindparam("count"))
)
_REVOKE = (
    update(invitations)
    .where(invitations.c.id == bindparam("invitation_id"), invitations.c.revoked_at.is_(None))
    .values(revoked_at=func.now())
)
_LIST_ACCOUNTS = (
    select(accounts.c.id, accounts.c.username, accounts.c.created_at)
    .join_from(invited_accounts, accounts, accounts.c.id == invited_accounts.c.account_id)
    .where(invited_accounts.c.invitation_id == bindparam("invitation_id"), accounts.c.id > bindparam("after"))
    .order_by(accounts.c.id)
    .limit(bindparam("count"))
)


async def insert_invitation(
    conn: Connection, code_hash: bytes, *, max_uses: int, expires_at: datetime | None, created_by: int
) -> Invitation:
    """Store a new invitation and return it."""
    values = {
        "code_hash": code_hash,
        "max_uses": max_uses,
        "expires_at": expires_at,
        "created_by": created_by,
    }
    return _build_invitation(await conn.fetch_one(_INSERT, values))


async def is_usable(conn: Connection, code_hash: bytes) -> bool:
    """Return whether the code admits a registration at the moment."""
    return await conn.fetch_one(_IS_USABLE, {"code_hash": code_hash}) is not None


async def take_use(conn: Connection, code_hash: bytes) -> int | None:
    """Take one use of the code, in this transaction; returns the invitation's id, None if it has none left.

    The row stays locked until the commit, so concurrent registrations by one code are admitted one by one.
    """
    row = await conn.fetch_one(_TAKE_USE, {"code_hash": code_hash})
    return None if row is None else int(row.id)


def defer_record(conn: Connection, invitation_id: int, account_id: int) -> None:
    """Record by which invitation the account came, with the commit."""
    conn.defer(_RECORD, {"invitation_id": invitation_id, "account_id": account_id})


async def get_invitation(conn: Connection, invitation_id: int) -> Invitation | None:
    """Return the invitation, or None."""
    row = await conn.fetch_one(_GET, {"invitation_id": invitation_id})
    return None if row is None else _build_invitation(row)


async def list_invitations(conn: Connection, *, below: int, count: int) -> Sequence[Invitation]:
    """Return up to `count` invitations with ids below that, newest first."""
    return [_build_invitation(row) for row in await conn.fetch_all(_LIST, {"below": below, "count": count})]


async def revoke_invitation(conn: Connection, invitation_id: int) -> bool:
    """Revoke the invitation; returns False if it was revoked before, or does not exist."""
    return await conn.execute(_REVOKE, {"invitation_id": invitation_id}) > 0


async def list_accounts(
    conn: Connection, invitation_id: int, *, after: int, count: int
) -> Sequence[InvitedAccount]:
    """Return up to `count` accounts that came by the invitation, with ids above `after`, in order of id."""
    rows = await conn.fetch_all(
        _LIST_ACCOUNTS, {"invitation_id": invitation_id, "after": after, "count": count}
    )
    return [InvitedAccount(row.id, row.username, row.created_at) for row in rows]


def _build_invitation(row: Row) -> Invitation:
    return Invitation(
        id=row.id,
        max_uses=row.max_uses,
        uses=row.uses,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        created_by=row.created_by,
        created_at=row.created_at,
    )
