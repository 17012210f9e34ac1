"""SQL of sessions, refresh tokens and login throttles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Delete,
    Integer,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import INTERVAL

from services.auth.accounts.rules import Account, Status
from services.auth.accounts.store import COLUMNS, account_of
from services.auth.sessions.rules import Client, Count, Presented, Session
from services.auth.tables import accounts, login_throttles, refresh_tokens, revocations, sessions
from shared.db import Connection, Row
from shared.messaging.revocations import Revocation
from shared.revocations import ACCESS_SECONDS

_PRUNE_ROWS = 1000

_current = refresh_tokens.alias("current")
_is_live = sessions.c.expires_at > func.now()
_of_somebody = accounts.c.status != Status.DELETED

_OPEN = (
    insert(sessions)
    .values(
        account_id=bindparam("account_id"),
        address=bindparam("address"),
        user_agent=bindparam("user_agent"),
        expires_at=func.now() + bindparam("lifetime", type_=INTERVAL),
    )
    .returning(sessions.c.id)
)
_ISSUE = insert(refresh_tokens).values(token_hash=bindparam("token_hash"), session_id=bindparam("session_id"))
_HOLD = (
    select(sessions.c.id)
    .where(
        sessions.c.id
        == select(refresh_tokens.c.session_id)
        .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
        .scalar_subquery()
    )
    .with_for_update(key_share=True)
)
_PRESENTED = (
    select(
        *COLUMNS,
        sessions.c.id.label("session_id"),
        refresh_tokens.c.rotated_at.is_(None).label("is_current"),
        func.coalesce(
            refresh_tokens.c.rotated_at > func.now() - bindparam("grace", type_=INTERVAL), False
        ).label("in_grace"),
        refresh_tokens.c.successor_salt,
        _current.c.token_hash.label("current_hash"),
    )
    .join_from(refresh_tokens, sessions, sessions.c.id == refresh_tokens.c.session_id)
    .join(accounts, accounts.c.id == sessions.c.account_id)
    .join(_current, (_current.c.session_id == sessions.c.id) & _current.c.rotated_at.is_(None))
    .where(refresh_tokens.c.token_hash == bindparam("token_hash"), _is_live, _of_somebody)
)
_RETIRE = (
    update(refresh_tokens)
    .where(refresh_tokens.c.token_hash == bindparam("old_hash"))
    .values(rotated_at=func.now(), successor_salt=bindparam("salt"))
)
_EXTEND = (
    update(sessions)
    .where(sessions.c.id == bindparam("session_id"))
    .values(last_used_at=func.now(), expires_at=func.now() + bindparam("lifetime", type_=INTERVAL))
)
_HOLDER = (
    select(*COLUMNS)
    .join_from(sessions, accounts, accounts.c.id == sessions.c.account_id)
    .where(
        sessions.c.id == bindparam("session_id"),
        accounts.c.id == bindparam("account_id"),
        _is_live,
        _of_somebody,
    )
)
_LISTED = (
    select(
        sessions.c.id,
        sessions.c.address,
        sessions.c.user_agent,
        sessions.c.created_at,
        sessions.c.last_used_at,
        sessions.c.expires_at,
    )
    .where(sessions.c.account_id == bindparam("account_id"), sessions.c.id > bindparam("after"), _is_live)
    .order_by(sessions.c.id)
    .limit(bindparam("count"))
)
_END = delete(sessions).where(
    sessions.c.id == bindparam("session_id"), sessions.c.account_id == bindparam("account_id")
)
_END_ALL = delete(sessions).where(sessions.c.account_id == bindparam("account_id"))
_END_OTHERS = (
    delete(sessions)
    .where(sessions.c.account_id == bindparam("account_id"), sessions.c.id != bindparam("session_id"))
    .returning(sessions.c.id)
)
_END_OF_TOKEN = (
    delete(sessions)
    .where(
        sessions.c.id
        == select(refresh_tokens.c.session_id)
        .where(refresh_tokens.c.token_hash == bindparam("token_hash"))
        .scalar_subquery()
    )
    .returning(sessions.c.id, sessions.c.account_id)
)
_REVOKE = insert(revocations).values(
    account_id=bindparam("account_id"), session_id=bindparam("session_id"), before=bindparam("before")
)
_REVOKED = (
    select(revocations.c.account_id, revocations.c.session_id, revocations.c.before)
    .where(revocations.c.before > func.now() - timedelta(seconds=ACCESS_SECONDS))
    .order_by(revocations.c.before)
)

# Rows are met in the order of their keys, here and in `defer_forgiveness`, so that two logins never wait for
# each other in a circle.
_COUNT = text(
    "INSERT INTO login_throttles AS known (key, failures, expires_at)"
    " SELECT key, 1, now() + CAST(:window AS interval)"
    " FROM unnest(CAST(:keys AS bytea[])) AS key ORDER BY key"
    " ON CONFLICT (key) DO UPDATE SET"
    " failures = CASE WHEN known.expires_at > now() THEN known.failures ELSE 0 END + 1,"
    " expires_at = CASE WHEN known.expires_at > now() THEN known.expires_at ELSE excluded.expires_at END"
    " RETURNING key, failures, extract(epoch FROM expires_at - now()) AS seconds_left"
)
_FORGIVE = (
    update(login_throttles)
    .where(login_throttles.c.key == bindparam("of_key"))
    .values(failures=func.greatest(login_throttles.c.failures - bindparam("how_many", type_=Integer), 0))
)


def _some(table: Table, expired: ColumnElement[bool]) -> Delete:
    """Delete so many rows at most that the statement ends in time, and none that somebody is using."""
    [key] = table.primary_key
    some = select(key).where(expired).limit(_PRUNE_ROWS).with_for_update(skip_locked=True)
    return delete(table).where(key.in_(some))


_PRUNE_SESSIONS = _some(sessions, ~_is_live)
_PRUNE_TOKENS = _some(
    refresh_tokens, refresh_tokens.c.rotated_at < func.now() - bindparam("lifetime", type_=INTERVAL)
)
_PRUNE_REVOCATIONS = _some(
    revocations, revocations.c.before < func.now() - timedelta(seconds=2 * ACCESS_SECONDS)
)
_PRUNE_THROTTLES = _some(login_throttles, login_throttles.c.expires_at <= func.now())


async def open_session(conn: Connection, account_id: int, client: Client, lifetime: timedelta) -> int:
    """Store a session and return its id; it needs a refresh token in the same transaction."""
    return int(
        await conn.fetch_value(
            _OPEN,
            {
                "account_id": account_id,
                "address": client.address,
                "user_agent": client.user_agent,
                "lifetime": lifetime,
            },
        )
    )


def defer_token(conn: Connection, session_id: int, token_hash: bytes) -> None:
    """Store the session's current refresh token with the commit."""
    conn.defer(_ISSUE, {"session_id": session_id, "token_hash": token_hash})


def defer_rotation(
    conn: Connection, session_id: int, old_hash: bytes, salt: bytes, new_hash: bytes, lifetime: timedelta
) -> None:
    """Replace the session's current refresh token, and let the session live on, with the commit."""
    conn.defer(_RETIRE, {"old_hash": old_hash, "salt": salt})
    conn.defer(_ISSUE, {"session_id": session_id, "token_hash": new_hash})
    conn.defer(_EXTEND, {"session_id": session_id, "lifetime": lifetime})


async def held(conn: Connection, token_hash: bytes, grace: timedelta) -> Presented | None:
    """Return a refresh token of a live session, which nobody else uses before this transaction ends, or None.

    The session is locked by a statement of its own before, so that what is read is what the one who held it
    before has left.
    """
    conn.lead_with(_HOLD, {"token_hash": token_hash})
    row = await conn.fetch_one(_PRESENTED, {"token_hash": token_hash, "grace": grace})
    return None if row is None else _presented(row)


async def account_of_session(conn: Connection, session_id: int, account_id: int) -> Account | None:
    """Return the account, or None when the session is not a live one of that account."""
    row = await conn.fetch_one(_HOLDER, {"session_id": session_id, "account_id": account_id})
    return None if row is None else account_of(row)


async def listed(conn: Connection, account_id: int, *, after: int, count: int) -> Sequence[Session]:
    """Return up to `count` live sessions of the account, by id, beyond `after`."""
    rows = await conn.fetch_all(_LISTED, {"account_id": account_id, "after": after, "count": count})
    return [Session(**row._asdict()) for row in rows]


async def end(conn: Connection, session_id: int, account_id: int) -> bool:
    """End a session of the account; False when there is none such."""
    return await conn.execute(_END, {"session_id": session_id, "account_id": account_id}) > 0


async def end_by_token(conn: Connection, token_hash: bytes) -> tuple[int, int] | None:
    """End the session that the refresh token belongs to; returns its id and its account's, or None."""
    row = await conn.fetch_one(_END_OF_TOKEN, {"token_hash": token_hash})
    return None if row is None else (row.id, row.account_id)


async def end_all(conn: Connection, account_id: int) -> None:
    """End all sessions of the account."""
    await conn.execute(_END_ALL, {"account_id": account_id})


async def end_others(conn: Connection, session_id: int, account_id: int) -> Sequence[int]:
    """End all sessions of the account but one; returns their ids."""
    rows = await conn.fetch_all(_END_OTHERS, {"session_id": session_id, "account_id": account_id})
    return [row.id for row in rows]


def defer_revocation(conn: Connection, account_id: int, session_id: int | None, before: datetime) -> None:
    """Keep a revocation, for who does not hear it told, with the commit."""
    conn.defer(_REVOKE, {"account_id": account_id, "session_id": session_id, "before": before})


async def revoked(conn: Connection) -> Sequence[Revocation]:
    """Return every revocation of tokens that might still be valid."""
    return [Revocation(**row._asdict()) for row in await conn.fetch_all(_REVOKED)]


async def count_login(conn: Connection, keys: Sequence[bytes], window: timedelta) -> dict[bytes, Count]:
    """Count a login under each key, before it is known whether it fails: parallel guesses are counted too."""
    rows = await conn.fetch_all(_COUNT, {"keys": list(keys), "window": window})
    return {row.key: Count(row.failures, float(row.seconds_left)) for row in rows}


def defer_forgiveness(conn: Connection, failures: Mapping[bytes, int]) -> None:
    """Take back that many failures under each key with the commit."""
    for key, how_many in sorted(failures.items()):
        conn.defer(_FORGIVE, {"of_key": key, "how_many": how_many})


async def prune(conn: Connection, lifetime: timedelta) -> int:
    """Delete some of what has expired and return how many rows that were; 0 when nothing is left.

    A replaced token is kept for as long as it would have lived, to be recognised when it comes back.
    """
    return (
        await conn.execute(_PRUNE_SESSIONS)
        + await conn.execute(_PRUNE_TOKENS, {"lifetime": lifetime})
        + await conn.execute(_PRUNE_REVOCATIONS)
        + await conn.execute(_PRUNE_THROTTLES)
    )


def _presented(row: Row) -> Presented:
    return Presented(
        session_id=row.session_id,
        account=account_of(row),
        is_current=row.is_current,
        in_grace=row.in_grace,
        successor_salt=row.successor_salt,
        current_hash=row.current_hash,
    )
