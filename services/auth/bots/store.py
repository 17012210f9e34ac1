"""SQL of bots' tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from services.auth.accounts.model import Account, Status
from services.auth.accounts.store import COLUMNS, build_account
from services.auth.bots.rules import BotToken
from services.auth.tables import accounts, bot_tokens, sessions
from shared.db import Connection

_INSERT = insert(bot_tokens).values(
    session_id=bindparam("session_id"),
    name=bindparam("name"),
    scopes=bindparam("scopes", type_=ARRAY(TEXT)),
    token_hash=bindparam("token_hash"),
    expires_at=bindparam("expires_at"),
)
_of_account = sessions.c.account_id == bindparam("account_id")
_is_live = sessions.c.expires_at > func.now()
_COUNT = (
    select(func.count())
    .select_from(bot_tokens)
    .join(sessions, sessions.c.id == bot_tokens.c.session_id)
    .where(_of_account, _is_live)
)
_LIST = (
    select(
        sessions.c.id,
        bot_tokens.c.name,
        bot_tokens.c.scopes,
        sessions.c.created_at,
        bot_tokens.c.expires_at,
        bot_tokens.c.last_used_at,
    )
    .join_from(bot_tokens, sessions, sessions.c.id == bot_tokens.c.session_id)
    .where(_of_account, _is_live, sessions.c.id > bindparam("after"))
    .order_by(sessions.c.id)
    .limit(bindparam("count"))
)
_EXISTS = (
    select(sessions.c.id)
    .join(bot_tokens, bot_tokens.c.session_id == sessions.c.id)
    .where(_of_account, sessions.c.id == bindparam("session_id"))
)
_GET = (
    select(
        *COLUMNS,
        sessions.c.id.label("session_id"),
        bot_tokens.c.scopes,
        func.extract("epoch", func.clock_timestamp()).label("read_at"),
    )
    .join_from(bot_tokens, sessions, sessions.c.id == bot_tokens.c.session_id)
    .join(accounts, accounts.c.id == sessions.c.account_id)
    .where(bot_tokens.c.token_hash == bindparam("token_hash"), _is_live, accounts.c.status != Status.DELETED)
)
_LOCK_SESSION = (
    select(sessions.c.id)
    .where(
        sessions.c.id
        == select(bot_tokens.c.session_id)
        .where(bot_tokens.c.token_hash == bindparam("token_hash"))
        .scalar_subquery()
    )
    .with_for_update(key_share=True)
)
_MARK_USED = (
    update(bot_tokens)
    .where(bot_tokens.c.session_id == bindparam("session_id"))
    .values(last_used_at=func.now())
)


@dataclass(frozen=True, slots=True)
class PresentedBotToken:
    """A bot's live token; `read_at` is when it was read, in UNIX time by the clock of the database."""

    session_id: int
    account: Account
    scopes: tuple[str, ...]
    read_at: float


async def insert_token(
    conn: Connection,
    session_id: int,
    token_hash: bytes,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
) -> None:
    """Store the token of a session."""
    values = {"name": name, "scopes": list(scopes), "expires_at": expires_at}
    await conn.execute(_INSERT, {"session_id": session_id, "token_hash": token_hash, **values})


async def count_tokens(conn: Connection, account_id: int) -> int:
    """Return how many live tokens the account has."""
    return int(await conn.fetch_value(_COUNT, {"account_id": account_id}))


async def list_tokens(conn: Connection, account_id: int, *, after: int, count: int) -> Sequence[BotToken]:
    """Return up to `count` live tokens of the account with ids above `after`, in order of id."""
    rows = await conn.fetch_all(_LIST, {"account_id": account_id, "after": after, "count": count})
    return [BotToken(**{**row._asdict(), "scopes": tuple(row.scopes)}) for row in rows]


async def has_token(conn: Connection, account_id: int, session_id: int) -> bool:
    """Return whether that session of the account is one of a bot."""
    return await conn.fetch_one(_EXISTS, {"account_id": account_id, "session_id": session_id}) is not None


async def get_token_for_update(conn: Connection, token_hash: bytes) -> PresentedBotToken | None:
    """Lock the session of a live token and return the token with its account, or None.

    The lock waits for changes of the account that are under way, as a refresh does.
    """
    conn.prepend(_LOCK_SESSION, {"token_hash": token_hash})
    row = await conn.fetch_one(_GET, {"token_hash": token_hash})
    if row is None:
        return None
    return PresentedBotToken(row.session_id, build_account(row), tuple(row.scopes), float(row.read_at))


def defer_use(conn: Connection, session_id: int) -> None:
    """Store that the token was used just now, with the commit."""
    conn.defer(_MARK_USED, {"session_id": session_id})
