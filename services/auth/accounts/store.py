"""SQL of accounts."""

from __future__ import annotations

from sqlalchemy import Text, any_, bindparam, cast, func, insert, literal, or_, select, update

from services.auth.accounts.rules import Account, LockedAccount, Status
from services.auth.tables import accounts
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
)

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
_HOLD = (
    select(*COLUMNS)
    .where(
        accounts.c.id == bindparam("account_id"),
        accounts.c.password_hash == bindparam("password_hash"),
        accounts.c.status != Status.DELETED,
    )
    .with_for_update(read=True)
)
_LOCK = (
    select(*COLUMNS, accounts.c.password_hash, accounts.c.suspension_reason, accounts.c.suspended_until)
    .where(accounts.c.id == bindparam("account_id"), accounts.c.status != Status.DELETED)
    # Leaves alone who refers to the account, as a new token does.
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
    update(accounts).where(accounts.c.id == bindparam("account_id")).values(password_hash=bindparam("new"))
)
_VERIFY = (
    update(accounts)
    .where(
        accounts.c.id == bindparam("account_id"),
        ~accounts.c.email_verified,
        accounts.c.status != Status.DELETED,
    )
    .values(email_verified=True, version=accounts.c.version + 1)
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
        password_hash="$argon2id$deleted",  # noqa: S106 - the hash of no password
        roles=[],
        status=Status.DELETED,
        suspension_reason=None,
        suspended_until=None,
        version=accounts.c.version + 1,
    )
    .returning(accounts.c.version)
)
_AN_ADMIN = (
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
_ONE_ADMIN_AT_A_TIME = hold_until_commit(AdvisoryLock.FIRST_ADMIN)


def account_of(row: Row) -> Account:
    """Read an account from a row of COLUMNS."""
    return Account(
        id=row.id,
        username=row.username,
        email=row.email,
        email_verified=row.email_verified,
        roles=tuple(row.roles),
        status=Status(row.status),
        created_at=row.created_at,
        version=row.version,
    )


async def add(conn: Connection, username: str, email: str, password_hash: str) -> Account:
    """Store a new account.

    Raises UniqueViolated by `uq_accounts_username` or `uq_accounts_email`.
    """
    values = {"username": username, "email": email, "password_hash": password_hash}
    return account_of(await conn.fetch_one(_INSERT, values))


async def by_login(conn: Connection, login: str) -> tuple[Account, str] | None:
    """Return the account of a username or email address and its password's hash, or None."""
    row = await conn.fetch_one(_BY_LOGIN, {"login": login})
    return None if row is None else (account_of(row), row.password_hash)


async def by_id(conn: Connection, account_id: int) -> tuple[Account, str] | None:
    """Return an account and its password's hash, or None."""
    row = await conn.fetch_one(_BY_ID, {"account_id": account_id})
    return None if row is None else (account_of(row), row.password_hash)


async def held(conn: Connection, account_id: int, password_hash: str) -> Account | None:
    """Return an account that nobody changes before this transaction ends.

    None when there is none, or when its password is not the one of that hash any more.
    """
    row = await conn.fetch_one(_HOLD, {"account_id": account_id, "password_hash": password_hash})
    return None if row is None else account_of(row)


async def locked(conn: Connection, account_id: int) -> LockedAccount | None:
    """Return an account that this transaction will change, or None."""
    row = await conn.fetch_one(_LOCK, {"account_id": account_id})
    if row is None:
        return None
    return LockedAccount(account_of(row), row.password_hash, row.suspension_reason, row.suspended_until)


async def replace_hash(conn: Connection, account_id: int, old: str, new: str) -> bool:
    """Replace the hash of the same password; False when the password was changed meanwhile."""
    return await conn.execute(_SET_HASH, {"account_id": account_id, "old": old, "new": new}) > 0


def defer_password(conn: Connection, account_id: int, password_hash: str) -> None:
    """Set the password of a locked account with the commit."""
    conn.defer(_SET_PASSWORD, {"account_id": account_id, "new": password_hash})


async def verify_email(conn: Connection, account_id: int) -> int | None:
    """Note that the address is the owner's; returns the new version, None when that was known."""
    version = await conn.fetch_one(_VERIFY, {"account_id": account_id})
    return None if version is None else int(version.version)


async def anonymise(conn: Connection, account_id: int) -> int:
    """Forget who a locked account belonged to, its username and address being free; returns its version."""
    return int(await conn.fetch_value(_ANONYMISE, {"account_id": account_id}))


def lead_with_admin_lock(conn: Connection) -> None:
    """Hold the right to change who is an admin until the transaction ends."""
    conn.lead_with(_ONE_ADMIN_AT_A_TIME)


async def an_admin(conn: Connection) -> Account | None:
    """Return the oldest admin who can log in, or None."""
    row = await conn.fetch_one(_AN_ADMIN)
    return None if row is None else account_of(row)


async def has_other_admins(conn: Connection, account_id: int) -> bool:
    """Whether anybody but this account is an admin who can log in; hold the admin lock."""
    return bool(await conn.fetch_value(_OTHER_ADMINS, {"account_id": account_id}))
