"""SQL of the accounts table: reads, locks, and the changes that an owner makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Text, any_, bindparam, cast, delete, func, insert, literal, or_, select, update

from services.auth.accounts.model import Account, LockedAccount, Status, Suspension
from services.auth.tables import accounts, pending_logins
from shared.db import Connection, Row
from shared.db.locks import AdvisoryLock, hold_until_commit
from shared.identity import Role

COLUMNS = (
    accounts.c.id,
    accounts.c.username,
    accounts.c.email,
    accounts.c.email_verified,
    accounts.c.roles,
    accounts.c.status,
    accounts.c.created_at,
    accounts.c.version,
    accounts.c.suspension_reason,
    accounts.c.suspended_until,
    accounts.c.password_expires_at,
)

ONE_TIME_LIFETIME: Final = timedelta(hours=72)
"""A weekend may lie between making a one-time password and the first login."""

_INSERT = (
    insert(accounts)
    .values({name: bindparam(name) for name in ("username", "email", "password_hash")})
    .returning(*COLUMNS)
)
_BY_LOGIN = select(*COLUMNS, accounts.c.password_hash).where(
    or_(
        func.lower(accounts.c.username) == func.lower(bindparam("login")),
        func.lower(accounts.c.email) == func.lower(bindparam("login")),
    ),
    accounts.c.status != Status.DELETED,
)
_GET_FOR_SHARE = (
    select(*COLUMNS)
    .where(
        accounts.c.id == bindparam("account_id"),
        accounts.c.password_hash == bindparam("password_hash"),
        accounts.c.status != Status.DELETED,
    )
    .with_for_update(read=True)
)
_GET_FOR_UPDATE = (
    select(*COLUMNS, accounts.c.password_hash)
    .where(accounts.c.id == bindparam("account_id"), accounts.c.status != Status.DELETED)
    # NO KEY UPDATE does not block inserts that reference the account, such as a new session's.
    .with_for_update(key_share=True)
)
_BY_ID = select(*COLUMNS, accounts.c.password_hash).where(
    accounts.c.id == bindparam("account_id"), accounts.c.status != Status.DELETED
)
_SET_HASH = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"), accounts.c.password_hash == bindparam("old"))
    .values(password_hash=bindparam("new"))
)
_SET_PASSWORD = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(password_hash=bindparam("new"), password_expires_at=None)
)
_SET_ONE_TIME_PASSWORD = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(password_hash=bindparam("new"), password_expires_at=func.now() + ONE_TIME_LIFETIME)
    .returning(accounts.c.password_expires_at)
)
_END_PENDING_LOGINS = delete(pending_logins).where(pending_logins.c.account_id == bindparam("account_id"))
_MARK_EMAIL_VERIFIED = (
    update(accounts)
    .where(
        accounts.c.id == bindparam("account_id"),
        ~accounts.c.email_verified,
        accounts.c.status != Status.DELETED,
    )
    .values(email_verified=True, version=accounts.c.version + 1)
    .returning(accounts.c.version)
)
_SET_EMAIL = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(email=bindparam("new_email"), email_verified=True, version=accounts.c.version + 1)
    .returning(accounts.c.version)
)
_id_as_text = cast(accounts.c.id, Text)
_ANONYMISE = (
    update(accounts)
    .where(accounts.c.id == bindparam("account_id"))
    .values(
        username=literal("_deleted_") + _id_as_text,
        email=_id_as_text + literal("@deleted.invalid"),
        email_verified=False,
        password_hash="$argon2id$deleted",  # noqa: S106 - matches no password
        password_expires_at=None,
        roles=[],
        status=Status.DELETED,
        suspension_reason=None,
        suspended_until=None,
        version=accounts.c.version + 1,
    )
    .returning(accounts.c.version)
)
_FIRST_ADMIN = (
    select(*COLUMNS)
    .where(literal(Role.ADMIN) == any_(accounts.c.roles), accounts.c.status == Status.ACTIVE)
    .order_by(accounts.c.id)
    .limit(1)
)
_OTHER_ADMINS = select(func.count()).where(
    literal(Role.ADMIN) == any_(accounts.c.roles),
    accounts.c.status == Status.ACTIVE,
    accounts.c.id != bindparam("account_id"),
)
_ROLE_HOLDERS = (
    select(accounts.c.id)
    .where(func.cardinality(accounts.c.roles) > 0, accounts.c.status != Status.DELETED)
    .order_by(accounts.c.id)
)
_LOCK_ADMINS = hold_until_commit(AdvisoryLock.ADMINS)


def build_account(row: Row) -> Account:
    """Build an account from a row that has COLUMNS."""
    status = Status(row.status)
    is_suspended = status is Status.SUSPENDED
    return Account(
        id=row.id,
        username=row.username,
        email=row.email,
        email_verified=row.email_verified,
        roles=tuple(row.roles),
        status=status,
        created_at=row.created_at,
        version=row.version,
        suspension=Suspension(row.suspension_reason, row.suspended_until) if is_suspended else None,
        password_expires_at=row.password_expires_at,
    )


async def insert_account(conn: Connection, username: str, email: str, password_hash: str) -> Account:
    """Store a new account.

    Raises UniqueViolated of `uq_accounts_username` or `uq_accounts_email`.
    """
    values = {"username": username, "email": email, "password_hash": password_hash}
    return build_account(await conn.fetch_one(_INSERT, values))


async def get_account_by_login(conn: Connection, login: str) -> tuple[Account, str] | None:
    """Return the account with this username or email address and its password hash, or None."""
    row = await conn.fetch_one(_BY_LOGIN, {"login": login})
    return None if row is None else (build_account(row), row.password_hash)


async def get_account(conn: Connection, account_id: int) -> tuple[Account, str] | None:
    """Return the account and its password hash, or None."""
    row = await conn.fetch_one(_BY_ID, {"account_id": account_id})
    return None if row is None else (build_account(row), row.password_hash)


async def get_account_for_share(conn: Connection, account_id: int, password_hash: str) -> Account | None:
    """Lock the account against changes and return it.

    Returns None when there is no such account, or when it no longer has this password hash.
    """
    row = await conn.fetch_one(_GET_FOR_SHARE, {"account_id": account_id, "password_hash": password_hash})
    return None if row is None else build_account(row)


async def get_account_for_update(conn: Connection, account_id: int) -> LockedAccount | None:
    """Lock the account for a change and return it, or None if there is none."""
    row = await conn.fetch_one(_GET_FOR_UPDATE, {"account_id": account_id})
    if row is None:
        return None
    return LockedAccount(build_account(row), row.password_hash)


async def replace_hash(conn: Connection, account_id: int, old: str, new: str) -> bool:
    """Store a new hash of the same password; returns False when the password has been changed since."""
    return await conn.execute(_SET_HASH, {"account_id": account_id, "old": old, "new": new}) > 0


def defer_password_change(conn: Connection, account_id: int, password_hash: str) -> None:
    """Set the password that the owner of a locked account has chosen, with the commit.

    Logins that began with the old one end.
    """
    conn.defer(_END_PENDING_LOGINS, {"account_id": account_id})
    conn.defer(_SET_PASSWORD, {"account_id": account_id, "new": password_hash})


async def set_one_time_password(conn: Connection, account_id: int, password_hash: str) -> datetime:
    """Set a password that the owner of a locked account has to replace; returns until when."""
    values = {"account_id": account_id, "new": password_hash}
    conn.defer(_END_PENDING_LOGINS, {"account_id": account_id})
    expires_at: datetime = await conn.fetch_value(_SET_ONE_TIME_PASSWORD, values)
    return expires_at


async def mark_email_verified(conn: Connection, account_id: int) -> int | None:
    """Mark the address as verified; returns the account's new version, None if it was verified before."""
    version = await conn.fetch_one(_MARK_EMAIL_VERIFIED, {"account_id": account_id})
    return None if version is None else int(version.version)


async def set_email(conn: Connection, account_id: int, email: str) -> int:
    """Give a locked account another address, which is verified; returns its version.

    Raises UniqueViolated of `uq_accounts_email`.
    """
    return int(await conn.fetch_value(_SET_EMAIL, {"account_id": account_id, "new_email": email}))


async def anonymise_account(conn: Connection, account_id: int) -> int:
    """Erase the owner's data from a locked account and free its username and address; returns its version."""
    return int(await conn.fetch_value(_ANONYMISE, {"account_id": account_id}))


def prepend_admin_lock(conn: Connection) -> None:
    """Serialise this transaction with all others that change or count admins."""
    conn.prepend(_LOCK_ADMINS)


async def get_first_admin(conn: Connection) -> Account | None:
    """Return the active admin with the lowest id; None if there is none."""
    row = await conn.fetch_one(_FIRST_ADMIN)
    return None if row is None else build_account(row)


async def list_role_holders(conn: Connection) -> Sequence[int]:
    """Return the ids of all accounts that have a role."""
    return [row.id for row in await conn.fetch_all(_ROLE_HOLDERS)]


async def has_other_admins(conn: Connection, account_id: int) -> bool:
    """Return whether another account is an active admin; call it under the admin lock."""
    return bool(await conn.fetch_value(_OTHER_ADMINS, {"account_id": account_id}))
