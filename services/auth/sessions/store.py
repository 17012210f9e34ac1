"""SQL of sessions, refresh tokens and revocations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import INTERVAL

from services.auth.accounts.model import Account, Status
from services.auth.accounts.store import COLUMNS, build_account
from services.auth.pruning import delete_batch
from services.auth.sessions.rules import Client, PresentedToken, Session
from services.auth.tables import accounts, bot_tokens, refresh_tokens, revocations, sessions
from shared.db import Connection, Row
from shared.messaging.revocations import Revocation
from shared.revocations import ACCESS_SECONDS, CLOCK_LEEWAY_SECONDS

_current = refresh_tokens.alias("current")
_is_live = sessions.c.expires_at > func.now()
_read_at = func.extract("epoch", func.clock_timestamp()).label("read_at")
_is_not_deleted = accounts.c.status != Status.DELETED

_INSERT_SESSION = (
    insert(sessions)
    .values(
        account_id=bindparam("account_id"),
        address=bindparam("address"),
        user_agent=bindparam("user_agent"),
        expires_at=func.now() + bindparam("lifetime", type_=INTERVAL),
    )
    .returning(sessions.c.id, _read_at)
)
_INSERT_TOKEN = insert(refresh_tokens).values(
    token_hash=bindparam("token_hash"), session_id=bindparam("session_id")
)
_LOCK_SESSION_OF_TOKEN = (
    select(sessions.c.id)
    .where(
        sessions.c.id
        == select(refresh_tokens.c.session_id)
        .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
        .scalar_subquery()
    )
    .with_for_update(key_share=True)
)
_LOCK_ALL = (
    select(sessions.c.id)
    .where(sessions.c.account_id == bindparam("account_id"))
    .order_by(sessions.c.id)
    .with_for_update()
)
_GET_TOKEN = (
    select(
        *COLUMNS,
        sessions.c.id.label("session_id"),
        refresh_tokens.c.rotated_at.is_(None).label("is_current"),
        # Not now(): a transaction that waited for the lock of another may have begun before it.
        func.coalesce(
            refresh_tokens.c.rotated_at > func.clock_timestamp() - bindparam("grace", type_=INTERVAL), False
        ).label("in_grace"),
        refresh_tokens.c.successor_salt,
        _current.c.token_hash.label("current_hash"),
        _read_at,
    )
    .join_from(refresh_tokens, sessions, sessions.c.id == refresh_tokens.c.session_id)
    .join(accounts, accounts.c.id == sessions.c.account_id)
    .join(_current, (_current.c.session_id == sessions.c.id) & _current.c.rotated_at.is_(None))
    .where(refresh_tokens.c.token_hash == bindparam("token_hash"), _is_live, _is_not_deleted)
)
_RETIRE_TOKEN = (
    update(refresh_tokens)
    .where(refresh_tokens.c.token_hash == bindparam("old_hash"))
    .values(rotated_at=func.now(), successor_salt=bindparam("salt"))
)
_EXTEND_SESSION = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(
        last_used_at=func.now(),
        expires_at=func.least(
            func.now() + bindparam("lifetime", type_=INTERVAL),
            sessions.c.created_at + bindparam("longest", type_=INTERVAL),
        ),
    )
)
_CONFIRM = update(sessions).where(sessions.c.id == bindparam("session_id")).values(confirmed_at=func.now())
_IS_CONFIRMED = select(sessions.c.id).where(
    sessions.c.id == bindparam("session_id"),
    sessions.c.confirmed_at > func.now() - bindparam("lifetime", type_=INTERVAL),
)
_GET_ACCOUNT = (
    select(*COLUMNS, _read_at)
    .join_from(sessions, accounts, accounts.c.id == sessions.c.account_id)
    .where(
        sessions.c.id == bindparam("session_id"),
        accounts.c.id == bindparam("account_id"),
        _is_live,
        _is_not_deleted,
    )
)
# Locked in this order, the accounts first, as everywhere else.
_GET_ACCOUNT_FOR_SHARE = _GET_ACCOUNT.with_for_update(read=True, of=(accounts, sessions))
_LIST = (
    select(
        sessions.c.id,
        sessions.c.address,
        sessions.c.user_agent,
        sessions.c.created_at,
        sessions.c.last_used_at,
        sessions.c.expires_at,
    )
    .where(
        sessions.c.account_id == bindparam("account_id"),
        sessions.c.id > bindparam("after"),
        _is_live,
        ~select(bot_tokens.c.session_id).where(bot_tokens.c.session_id == sessions.c.id).exists(),
    )
    .order_by(sessions.c.id)
    .limit(bindparam("count"))
)
_DELETE = delete(sessions).where(
    sessions.c.id == bindparam("session_id"), sessions.c.account_id == bindparam("account_id")
)
_DELETE_ALL = delete(sessions).where(sessions.c.account_id == bindparam("account_id"))
_DELETE_OTHERS = (
    delete(sessions)
    .where(sessions.c.account_id == bindparam("account_id"), sessions.c.id != bindparam("session_id"))
    .returning(sessions.c.id)
)
_DELETE_OF_TOKEN = (
    delete(sessions)
    .where(
        sessions.c.id
        == select(refresh_tokens.c.session_id)
        .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
        .scalar_subquery()
    )
    .returning(sessions.c.id, sessions.c.account_id)
)
_INSERT_REVOCATION = (
    insert(revocations)
    .values(
        account_id=bindparam("account_id"),
        session_id=bindparam("session_id"),
        before=func.clock_timestamp(),
    )
    .returning(revocations.c.before)
)
_LIST_REVOCATIONS = (
    select(revocations.c.account_id, revocations.c.session_id, revocations.c.before)
    .where(revocations.c.before > func.now() - timedelta(seconds=ACCESS_SECONDS + CLOCK_LEEWAY_SECONDS))
    .order_by(revocations.c.before)
)

_PRUNE_SESSIONS = delete_batch(sessions, ~_is_live)
_PRUNE_TOKENS = delete_batch(
    refresh_tokens, refresh_tokens.c.rotated_at < func.now() - bindparam("lifetime", type_=INTERVAL)
)
_PRUNE_REVOCATIONS = delete_batch(
    revocations, revocations.c.before < func.now() - timedelta(seconds=2 * ACCESS_SECONDS)
)


async def insert_session(
    conn: Connection, account_id: int, client: Client, lifetime: timedelta
) -> tuple[int, float]:
    """Store a session; store its refresh token in the same transaction.

    Returns its id, and the time by the clock of the database.
    """
    row = await conn.fetch_one(
        _INSERT_SESSION,
        {
            "account_id": account_id,
            "address": client.address,
            "user_agent": client.user_agent,
            "lifetime": lifetime,
        },
    )
    return row.id, float(row.read_at)


def defer_token(conn: Connection, session_id: int, token_hash: bytes) -> None:
    """Store the session's current refresh token, with the commit."""
    conn.defer(_INSERT_TOKEN, {"session_id": session_id, "token_hash": token_hash})


def defer_rotation(conn: Connection, session_id: int, old_hash: bytes, salt: bytes, new_hash: bytes) -> None:
    """Replace the session's current refresh token, with the commit."""
    conn.defer(_RETIRE_TOKEN, {"old_hash": old_hash, "salt": salt})
    conn.defer(_INSERT_TOKEN, {"session_id": session_id, "token_hash": new_hash})


def defer_extension(conn: Connection, session_id: int, lifetime: timedelta, longest: timedelta) -> None:
    """Let the session live for `lifetime` from now, but for no longer than `longest` since its login."""
    conn.defer(_EXTEND_SESSION, {"session_id": session_id, "lifetime": lifetime, "longest": longest})


async def get_token_for_update(
    conn: Connection, token_hash: bytes, grace: timedelta
) -> PresentedToken | None:
    """Lock the session of a refresh token and return the token; None if the session is not live.

    The lock is a statement of its own that runs first: the read then sees what the previous holder committed.
    """
    conn.prepend(_LOCK_SESSION_OF_TOKEN, {"token_hash": token_hash})
    row = await conn.fetch_one(_GET_TOKEN, {"token_hash": token_hash, "grace": grace})
    return None if row is None else _build_presented_token(row)


async def get_account_of_session(
    conn: Connection, session_id: int, account_id: int
) -> tuple[Account, float] | None:
    """Return the account, and the time by the clock of the database.

    None if the session is not a live session of this account.
    """
    return await _fetch_account(conn, _GET_ACCOUNT, session_id, account_id)


async def get_account_for_ticket(
    conn: Connection, session_id: int, account_id: int
) -> tuple[Account, float] | None:
    """Return what `get_account_of_session` does, after waiting for changes of the account that are under way.

    Their revocations count for tokens that are read before them; what is read while they last would be old
    and yet count as newer.
    """
    return await _fetch_account(conn, _GET_ACCOUNT_FOR_SHARE, session_id, account_id)


def defer_confirmation(conn: Connection, session_id: int) -> None:
    """Store that a second factor was used in the session just now, with the commit."""
    conn.defer(_CONFIRM, {"session_id": session_id})


async def is_confirmed(conn: Connection, session_id: int, lifetime: timedelta) -> bool:
    """Return whether a second factor was used in the session within that time."""
    return await conn.fetch_one(_IS_CONFIRMED, {"session_id": session_id, "lifetime": lifetime}) is not None


async def list_sessions(conn: Connection, account_id: int, *, after: int, count: int) -> Sequence[Session]:
    """Return up to `count` live sessions of the account with ids above `after`, without those of bots."""
    rows = await conn.fetch_all(_LIST, {"account_id": account_id, "after": after, "count": count})
    return [Session(**row._asdict()) for row in rows]


async def delete_session(conn: Connection, session_id: int, account_id: int) -> bool:
    """Delete a session of the account; returns False if the account has no such session."""
    return await conn.execute(_DELETE, {"session_id": session_id, "account_id": account_id}) > 0


async def delete_session_of_token(conn: Connection, token_hash: bytes) -> tuple[int, int] | None:
    """Delete the session of a refresh token; returns the ids of session and account, or None."""
    row = await conn.fetch_one(_DELETE_OF_TOKEN, {"token_hash": token_hash})
    return None if row is None else (row.id, row.account_id)


async def lock_sessions(conn: Connection, account_id: int) -> None:
    """Lock all sessions of the account until the commit, so that none is refreshed in the meantime."""
    await conn.fetch_all(_LOCK_ALL, {"account_id": account_id})


async def delete_all_sessions(conn: Connection, account_id: int) -> None:
    """Delete all sessions of the account."""
    await conn.execute(_DELETE_ALL, {"account_id": account_id})


async def delete_other_sessions(conn: Connection, session_id: int, account_id: int) -> Sequence[int]:
    """Delete all sessions of the account but one; returns their ids."""
    rows = await conn.fetch_all(_DELETE_OTHERS, {"session_id": session_id, "account_id": account_id})
    return [row.id for row in rows]


async def insert_revocation(conn: Connection, account_id: int, session_id: int | None) -> datetime:
    """Store a revocation, for processes that miss its broadcast, and return its moment.

    It covers the access tokens that were issued before that moment, by the clock of the database.
    """
    before: datetime = await conn.fetch_value(
        _INSERT_REVOCATION, {"account_id": account_id, "session_id": session_id}
    )
    return before


async def list_revocations(conn: Connection) -> Sequence[Revocation]:
    """Return every revocation of access tokens that have not expired yet, oldest first."""
    return [Revocation(**row._asdict()) for row in await conn.fetch_all(_LIST_REVOCATIONS)]


async def prune(conn: Connection, lifetime: timedelta) -> int:
    """Delete a batch of expired rows from each table and return how many rows were deleted.

    A replaced token is kept for the lifetime it would have had, so that its reuse is recognised.
    """
    return (
        await conn.execute(_PRUNE_SESSIONS)
        + await conn.execute(_PRUNE_TOKENS, {"lifetime": lifetime})
        + await conn.execute(_PRUNE_REVOCATIONS)
    )


async def _fetch_account(
    conn: Connection, statement: Select[Any], session_id: int, account_id: int
) -> tuple[Account, float] | None:
    row = await conn.fetch_one(statement, {"session_id": session_id, "account_id": account_id})
    return None if row is None else (build_account(row), float(row.read_at))


def _build_presented_token(row: Row) -> PresentedToken:
    return PresentedToken(
        session_id=row.session_id,
        account=build_account(row),
        is_current=row.is_current,
        in_grace=row.in_grace,
        successor_salt=row.successor_salt,
        current_hash=row.current_hash,
        read_at=float(row.read_at),
    )
