"""SQL of signing keys: creation, listing and retirement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, delete, exists, func, insert, select
from sqlalchemy.dialects.postgresql import INTERVAL

from services.auth.keys.rules import StoredKey
from services.auth.tables import signing_keys
from shared.db import Connection
from shared.db.locks import AdvisoryLock, hold_until_commit

_COLUMNS = (
    signing_keys.c.kid,
    signing_keys.c.public_key,
    signing_keys.c.sealed_private_key,
    signing_keys.c.signs_from,
)
_LIST = select(*_COLUMNS).order_by(signing_keys.c.signs_from, signing_keys.c.kid)
_INSERT = insert(signing_keys).values(
    kid=bindparam("kid"),
    public_key=bindparam("public_key"),
    sealed_private_key=bindparam("sealed_private_key"),
    signs_from=func.now() + bindparam("wait", type_=INTERVAL),
)
_newer = signing_keys.alias("newer")
_RETIRE = delete(signing_keys).where(
    exists().where(
        _newer.c.signs_from > signing_keys.c.signs_from,
        _newer.c.signs_from < func.now() - bindparam("overlap", type_=INTERVAL),
    )
)
_LOCK_CREATION = hold_until_commit(AdvisoryLock.SIGNING_KEY)


async def list_keys(conn: Connection) -> Sequence[StoredKey]:
    """Return all keys, in the order in which they start to sign."""
    return [StoredKey(**row._asdict()) for row in await conn.fetch_all(_LIST)]


def prepend_creation_lock(conn: Connection) -> None:
    """Serialise this transaction with all others that create keys."""
    conn.prepend(_LOCK_CREATION)


async def insert_key(
    conn: Connection, kid: str, public_key: bytes, sealed_private_key: bytes, wait: timedelta
) -> None:
    """Store a key that starts to sign after `wait`."""
    await conn.execute(
        _INSERT,
        {"kid": kid, "public_key": public_key, "sealed_private_key": sealed_private_key, "wait": wait},
    )


async def retire_keys(conn: Connection, overlap: timedelta) -> None:
    """Delete the keys that were replaced longer than `overlap` ago."""
    await conn.execute(_RETIRE, {"overlap": overlap})
