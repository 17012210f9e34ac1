"""SQL of signing keys."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select, text

from services.auth.keys.rules import StoredKey
from services.auth.tables import signing_keys
from shared.db import Connection

_COLUMNS = (
    signing_keys.c.kid,
    signing_keys.c.public_key,
    signing_keys.c.sealed_private_key,
    signing_keys.c.signs_from,
)
_ALL = select(*_COLUMNS).order_by(signing_keys.c.signs_from, signing_keys.c.kid)
_INSERT = insert(signing_keys).values(
    {name: bindparam(name) for name in ("kid", "public_key", "sealed_private_key")}
)
_ONE_MAKER_AT_A_TIME = text("SELECT pg_advisory_xact_lock(8673003)")


async def every(conn: Connection) -> Sequence[StoredKey]:
    """Return all keys, in the order in which they sign."""
    return [StoredKey(**row._asdict()) for row in await conn.fetch_all(_ALL)]


def lead_with_maker_lock(conn: Connection) -> None:
    """Hold the right to make a key until the transaction ends."""
    conn.lead_with(_ONE_MAKER_AT_A_TIME)


async def add(conn: Connection, kid: str, public_key: bytes, sealed_private_key: bytes) -> None:
    """Store a key that signs at once."""
    await conn.execute(
        _INSERT, {"kid": kid, "public_key": public_key, "sealed_private_key": sealed_private_key}
    )
