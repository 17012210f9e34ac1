"""SQL of second factors, and of logins that wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import BigInteger, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, INTERVAL
from sqlalchemy.dialects.postgresql import insert as upsert

from services.auth.factors.rules import Factors, Passkey, Standing
from services.auth.policy.rules import Policy, SecondFactorMode
from services.auth.pruning import delete_batch
from services.auth.tables import passkeys, pending_logins, policy, recovery_codes, totp_secrets
from shared.db import Connection, Row

_of_account = totp_secrets.c.account_id == bindparam("account_id")
_is_confirmed = totp_secrets.c.confirmed_at.is_not(None)
_has_totp = select(totp_secrets.c.account_id).where(_of_account, _is_confirmed).exists()
_GET_FACTORS = select(
    _has_totp.label("totp"),
    select(func.count())
    .where(passkeys.c.account_id == bindparam("account_id"))
    .scalar_subquery()
    .label("passkeys"),
    select(func.count())
    .where(recovery_codes.c.account_id == bindparam("account_id"))
    .scalar_subquery()
    .label("recovery_codes"),
)
_has_passkey = select(passkeys.c.id).where(passkeys.c.account_id == bindparam("account_id")).exists()
_GET_STANDING = select(
    or_(_has_totp, _has_passkey).label("has_factor"),
    select(policy.c.second_factor).scalar_subquery().label("mode"),
)
_GET_SECRET = select(totp_secrets.c.sealed_secret, _is_confirmed.label("is_confirmed")).where(_of_account)
_new_secret = upsert(totp_secrets).values(
    account_id=bindparam("account_id"), sealed_secret=bindparam("sealed_secret")
)
_REPLACE_SECRET = _new_secret.on_conflict_do_update(
    index_elements=["account_id"],
    set_={"sealed_secret": _new_secret.excluded.sealed_secret, "last_step": None},
    where=~_is_confirmed,
)
_USE_STEP = (
    update(totp_secrets)
    .where(
        _of_account,
        _is_confirmed == bindparam("is_confirmed"),
        or_(totp_secrets.c.last_step.is_(None), totp_secrets.c.last_step < bindparam("step")),
    )
    .values(last_step=bindparam("step"), confirmed_at=func.coalesce(totp_secrets.c.confirmed_at, func.now()))
)
_DELETE_SECRET = delete(totp_secrets).where(_of_account)
_DELETE_CODES = delete(recovery_codes).where(recovery_codes.c.account_id == bindparam("account_id"))
_ADD_CODES = insert(recovery_codes).from_select(
    ["account_id", "code_hash"],
    select(bindparam("account_id"), func.unnest(bindparam("hashes", type_=ARRAY(BYTEA)))),
)
_USE_CODE = delete(recovery_codes).where(
    recovery_codes.c.account_id == bindparam("account_id"), recovery_codes.c.code_hash == bindparam("hash")
)
_PASSKEY = (
    passkeys.c.id,
    passkeys.c.name,
    passkeys.c.credential_id,
    passkeys.c.created_at,
    passkeys.c.last_used_at,
)
_ADD_PASSKEY = (
    insert(passkeys)
    .values(
        {
            name: bindparam(name)
            for name in ("account_id", "name", "credential_id", "public_key", "sign_count")
        }
    )
    .returning(*_PASSKEY)
)
_LIST_PASSKEYS = (
    select(*_PASSKEY).where(passkeys.c.account_id == bindparam("account_id")).order_by(passkeys.c.id)
)
_GET_PASSKEY = select(
    passkeys.c.id, passkeys.c.account_id, passkeys.c.public_key, passkeys.c.sign_count
).where(passkeys.c.credential_id == bindparam("credential_id"))
_USE_PASSKEY = (
    update(passkeys)
    .where(
        passkeys.c.id == bindparam("passkey_id"),
        or_(
            passkeys.c.sign_count < bindparam("sign_count"),
            and_(passkeys.c.sign_count == 0, bindparam("sign_count", type_=BigInteger) == 0),
        ),
    )
    .values(sign_count=bindparam("sign_count"), last_used_at=func.now())
)
_DELETE_PASSKEY = delete(passkeys).where(
    passkeys.c.id == bindparam("passkey_id"), passkeys.c.account_id == bindparam("account_id")
)
_DELETE_PASSKEYS = delete(passkeys).where(passkeys.c.account_id == bindparam("account_id"))
_ADD_LOGIN = insert(pending_logins).values(
    token_hash=bindparam("token_hash"),
    account_id=bindparam("account_id"),
    expires_at=func.now() + bindparam("lifetime", type_=INTERVAL),
)
_GET_LOGIN = select(pending_logins.c.account_id).where(
    pending_logins.c.token_hash == bindparam("token_hash"), pending_logins.c.expires_at > func.now()
)
_END_LOGIN = delete(pending_logins).where(
    pending_logins.c.token_hash == bindparam("token_hash"), pending_logins.c.expires_at > func.now()
)
_PRUNE_LOGINS = delete_batch(pending_logins, pending_logins.c.expires_at <= func.now())


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A passkey with what verifies its use; `sign_count` is that of the last use."""

    id: int
    account_id: int
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """The secret of an authenticator app, encrypted; unconfirmed until the app has shown a right code."""

    sealed: bytes = field(repr=False)
    is_confirmed: bool


async def get_factors(conn: Connection, account_id: int) -> Factors:
    """Return the second factors of an account."""
    row = await conn.fetch_one(_GET_FACTORS, {"account_id": account_id})
    return Factors(totp=row.totp, passkeys=row.passkeys, recovery_codes=row.recovery_codes)


async def get_standing(conn: Connection, account_id: int) -> Standing:
    """Return whether the account has a second factor, and who has to have one."""
    row = await conn.fetch_one(_GET_STANDING, {"account_id": account_id})
    mode = Policy().second_factor if row.mode is None else SecondFactorMode(row.mode)
    return Standing(row.has_factor, mode)


async def get_secret(conn: Connection, account_id: int) -> StoredSecret | None:
    """Return the secret of the account's app, or None."""
    row = await conn.fetch_one(_GET_SECRET, {"account_id": account_id})
    return None if row is None else StoredSecret(row.sealed_secret, row.is_confirmed)


async def replace_secret(conn: Connection, account_id: int, sealed: bytes) -> bool:
    """Store an unconfirmed secret; returns False, and keeps the old one, if that is confirmed."""
    return await conn.execute(_REPLACE_SECRET, {"account_id": account_id, "sealed_secret": sealed}) > 0


async def use_step(conn: Connection, account_id: int, step: int, *, is_confirmed: bool) -> bool:
    """Use up the code of a step; returns False if it, or a later one, was used before.

    `is_confirmed` is what the caller believes of the secret; the first code that is used confirms it.
    """
    values = {"account_id": account_id, "step": step, "is_confirmed": is_confirmed}
    return await conn.execute(_USE_STEP, values) > 0


async def delete_secret(conn: Connection, account_id: int) -> bool:
    """Delete the secret of the account's app; returns False if it had none."""
    return await conn.execute(_DELETE_SECRET, {"account_id": account_id}) > 0


async def delete_codes(conn: Connection, account_id: int) -> None:
    """Delete the account's recovery codes."""
    await conn.execute(_DELETE_CODES, {"account_id": account_id})


async def delete_factors(conn: Connection, account_id: int) -> bool:
    """Delete all second factors of the account with its recovery codes; returns False if it had none."""
    await delete_codes(conn, account_id)
    deleted = await conn.execute(_DELETE_PASSKEYS, {"account_id": account_id})
    return await delete_secret(conn, account_id) or deleted > 0


async def insert_passkey(
    conn: Connection,
    account_id: int,
    *,
    name: str,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
) -> Passkey:
    """Store a passkey; raises UniqueViolated if any account has it."""
    values = {"credential_id": credential_id, "public_key": public_key, "sign_count": sign_count}
    return _build_passkey(
        await conn.fetch_one(_ADD_PASSKEY, {"account_id": account_id, "name": name, **values})
    )


async def list_passkeys(conn: Connection, account_id: int) -> Sequence[Passkey]:
    """Return the account's passkeys, oldest first; there are at most PASSKEYS_MAX."""
    return [_build_passkey(row) for row in await conn.fetch_all(_LIST_PASSKEYS, {"account_id": account_id})]


async def get_passkey(conn: Connection, credential_id: bytes) -> StoredPasskey | None:
    """Return a passkey, or None."""
    row = await conn.fetch_one(_GET_PASSKEY, {"credential_id": credential_id})
    return None if row is None else StoredPasskey(**row._asdict())


async def use_passkey(conn: Connection, passkey_id: int, sign_count: int) -> bool:
    """Store a use of a passkey; returns False if its device, or a copy of it, has counted further."""
    return await conn.execute(_USE_PASSKEY, {"passkey_id": passkey_id, "sign_count": sign_count}) > 0


async def delete_passkey(conn: Connection, account_id: int, passkey_id: int) -> bool:
    """Delete a passkey of the account; returns False if it has no such passkey."""
    return await conn.execute(_DELETE_PASSKEY, {"account_id": account_id, "passkey_id": passkey_id}) > 0


async def replace_codes(conn: Connection, account_id: int, hashes: Sequence[bytes]) -> None:
    """Replace the account's recovery codes."""
    await conn.execute(_DELETE_CODES, {"account_id": account_id})
    await conn.execute(_ADD_CODES, {"account_id": account_id, "hashes": list(hashes)})


async def use_code(conn: Connection, account_id: int, code_hash: bytes) -> bool:
    """Use up a recovery code; returns False if it is none, or was used before."""
    return await conn.execute(_USE_CODE, {"account_id": account_id, "hash": code_hash}) > 0


async def insert_login(conn: Connection, token_hash: bytes, account_id: int, lifetime: timedelta) -> None:
    """Store a login that waits for its second factor."""
    await conn.execute(_ADD_LOGIN, {"token_hash": token_hash, "account_id": account_id, "lifetime": lifetime})


async def get_login(conn: Connection, token_hash: bytes) -> int | None:
    """Return the account of a login that waits, or None."""
    row = await conn.fetch_one(_GET_LOGIN, {"token_hash": token_hash})
    return None if row is None else int(row.account_id)


async def end_login(conn: Connection, token_hash: bytes) -> bool:
    """Use up a login that waits; returns False if there is none any more."""
    return await conn.execute(_END_LOGIN, {"token_hash": token_hash}) > 0


async def prune(conn: Connection) -> int:
    """Delete a batch of logins that waited for too long, and return its size."""
    return await conn.execute(_PRUNE_LOGINS)


def _build_passkey(row: Row) -> Passkey:
    return Passkey(
        id=row.id,
        name=row.name,
        credential_id=row.credential_id,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
