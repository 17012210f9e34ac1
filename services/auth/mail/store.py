"""SQL of the tokens in mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import INTERVAL, insert

from services.auth.accounts.rules import Account, Status
from services.auth.accounts.store import COLUMNS, account_of
from services.auth.mail.rules import Purpose
from services.auth.tables import accounts, mail_tokens
from shared.db import Connection

_offered = insert(mail_tokens).values(
    account_id=bindparam("account_id"),
    purpose=bindparam("purpose"),
    token_hash=bindparam("token_hash"),
    expires_at=func.now() + bindparam("lifetime", type_=INTERVAL),
)
_REPLACE = _offered.on_conflict_do_update(
    index_elements=["account_id", "purpose"],
    set_={"token_hash": _offered.excluded.token_hash, "expires_at": _offered.excluded.expires_at},
)
_is_it = (
    (mail_tokens.c.purpose == bindparam("purpose"))
    & (mail_tokens.c.token_hash == bindparam("token_hash"))
    & (mail_tokens.c.expires_at > func.now())
)
_HOLDER = (
    select(*COLUMNS)
    .join_from(mail_tokens, accounts, accounts.c.id == mail_tokens.c.account_id)
    .where(_is_it, accounts.c.status != Status.DELETED)
)
_SPEND = delete(mail_tokens).where(_is_it)
_VOID = delete(mail_tokens).where(mail_tokens.c.account_id == bindparam("account_id"))
_PRUNE = delete(mail_tokens).where(mail_tokens.c.expires_at <= func.now())


async def replace_token(
    conn: Connection, account_id: int, purpose: Purpose, token_hash: bytes, lifetime: timedelta
) -> None:
    """Store a token; an older one for the same purpose is void."""
    await conn.execute(
        _REPLACE,
        {"account_id": account_id, "purpose": purpose, "token_hash": token_hash, "lifetime": lifetime},
    )


async def holder(conn: Connection, purpose: Purpose, token_hash: bytes) -> Account | None:
    """Return the account that a token was sent to, or None when it does not hold."""
    row = await conn.fetch_one(_HOLDER, {"purpose": purpose, "token_hash": token_hash})
    return None if row is None else account_of(row)


async def spend(conn: Connection, purpose: Purpose, token_hash: bytes) -> bool:
    """Use a token up; False when it does not hold any more."""
    return await conn.execute(_SPEND, {"purpose": purpose, "token_hash": token_hash}) > 0


def defer_voiding(conn: Connection, account_id: int) -> None:
    """Void every token that was sent to the account with the commit."""
    conn.defer(_VOID, {"account_id": account_id})


async def prune(conn: Connection) -> None:
    """Forget the tokens that have expired."""
    await conn.execute(_PRUNE)
