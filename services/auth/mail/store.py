"""SQL of the single-use tokens in mail."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import INTERVAL, insert

from services.auth.accounts.model import Account, Status
from services.auth.accounts.store import COLUMNS, build_account
from services.auth.mail.rules import Purpose
from services.auth.tables import accounts, mail_tokens
from shared.db import Connection

_new = insert(mail_tokens).values(
    account_id=bindparam("account_id"),
    purpose=bindparam("purpose"),
    token_hash=bindparam("token_hash"),
    expires_at=func.now() + bindparam("lifetime", type_=INTERVAL),
    new_email=bindparam("new_email"),
)
_REPLACE = _new.on_conflict_do_update(
    index_elements=["account_id", "purpose"],
    set_={name: _new.excluded[name] for name in ("token_hash", "expires_at", "new_email")},
)
_is_valid = (
    (mail_tokens.c.purpose == bindparam("purpose"))
    & (mail_tokens.c.token_hash == bindparam("token_hash"))
    & (mail_tokens.c.expires_at > func.now())
)
_GET_ACCOUNT = (
    select(*COLUMNS)
    .join_from(mail_tokens, accounts, accounts.c.id == mail_tokens.c.account_id)
    .where(_is_valid, accounts.c.status != Status.DELETED)
)
_GET_NEW_EMAIL = select(mail_tokens.c.new_email).where(_is_valid)
_DELETE = delete(mail_tokens).where(_is_valid)
_DELETE_ALL = delete(mail_tokens).where(mail_tokens.c.account_id == bindparam("account_id"))
_PRUNE = delete(mail_tokens).where(mail_tokens.c.expires_at <= func.now())


async def replace_token(
    conn: Connection,
    account_id: int,
    purpose: Purpose,
    token_hash: bytes,
    lifetime: timedelta,
    new_email: str | None,
) -> None:
    """Store a token in place of an older one for the same purpose; `new_email` is for CHANGE_EMAIL."""
    values = {"token_hash": token_hash, "lifetime": lifetime, "new_email": new_email}
    await conn.execute(_REPLACE, {"account_id": account_id, "purpose": purpose, **values})


async def get_account_of_token(conn: Connection, purpose: Purpose, token_hash: bytes) -> Account | None:
    """Return the account that a token was sent to; None if the token is not valid."""
    row = await conn.fetch_one(_GET_ACCOUNT, {"purpose": purpose, "token_hash": token_hash})
    return None if row is None else build_account(row)


async def get_new_email(conn: Connection, token_hash: bytes) -> str | None:
    """Return the address that a token of CHANGE_EMAIL was sent to; None if the token is not valid."""
    row = await conn.fetch_one(_GET_NEW_EMAIL, {"purpose": Purpose.CHANGE_EMAIL, "token_hash": token_hash})
    return None if row is None else str(row.new_email)


async def delete_token(conn: Connection, purpose: Purpose, token_hash: bytes) -> bool:
    """Use up a token; returns False if it is not valid, or no longer valid."""
    return await conn.execute(_DELETE, {"purpose": purpose, "token_hash": token_hash}) > 0


def defer_token_deletion(conn: Connection, account_id: int) -> None:
    """Delete every token that was sent to the account, with the commit."""
    conn.defer(_DELETE_ALL, {"account_id": account_id})


async def prune(conn: Connection) -> None:
    """Delete the tokens that have expired."""
    await conn.execute(_PRUNE)
