"""SQL of exports and their parts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, Text, bindparam, delete, func, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import INTERVAL

from services.auth.exports.rules import LIFETIME, SERVICES, Export, Part
from services.auth.pruning import delete_batch
from services.auth.tables import export_parts, exports
from shared.db import Connection, Row
from shared.messaging.contracts import ExportPart

_COLUMNS = (exports.c.id, exports.c.requested_at, exports.c.completed_at, exports.c.expires_at)
_is_kept = exports.c.expires_at > func.now()
_of_account = exports.c.account_id == bindparam("account_id")
_GET_CURRENT = select(*_COLUMNS).where(_of_account, _is_kept)
_GET = select(*_COLUMNS).where(exports.c.id == bindparam("export_id"), _of_account, _is_kept)
_DELETE = delete(exports).where(_of_account)
_INSERT = (
    insert(exports)
    .values(
        account_id=bindparam("account_id"),
        expires_at=func.now() + bindparam("lifetime", type_=INTERVAL),
    )
    .returning(*_COLUMNS)
)
# The lock keeps the export from being deleted meanwhile, which would break the reference to it.
_ADD_PART = text(
    "INSERT INTO export_parts (export_id, service, number, file, lines, is_last)"
    " SELECT id, :service, :number, :file, :lines, :is_last FROM exports"
    " WHERE id = :export_id AND completed_at IS NULL FOR KEY SHARE"
    " ON CONFLICT DO NOTHING"
)
# Numbers begin at 0, so a service has sent everything when it has sent as many parts as the last one says.
_COMPLETE = text(
    "UPDATE exports SET completed_at = now(), expires_at = now() + :lifetime FROM accounts"
    " WHERE exports.id = :export_id AND completed_at IS NULL AND accounts.id = account_id"
    " AND (SELECT count(*) FROM (SELECT FROM export_parts WHERE export_id = :export_id GROUP BY service"
    " HAVING count(*) = max(number) FILTER (WHERE is_last) + 1) AS complete) = :services"
    " RETURNING accounts.email"
)
_NEXT_PART = (
    select(export_parts.c.service, export_parts.c.number, export_parts.c.file, export_parts.c.lines)
    .where(
        export_parts.c.export_id == bindparam("export_id", type_=BigInteger),
        tuple_(export_parts.c.service, export_parts.c.number)
        > tuple_(bindparam("service", type_=Text), bindparam("number", type_=Integer)),
    )
    .order_by(export_parts.c.service, export_parts.c.number)
    .limit(1)
)
_EXISTS = select(exports.c.id).where(exports.c.id == bindparam("export_id"))
_PRUNE = delete_batch(exports, ~_is_kept)


async def get_current(conn: Connection, account_id: int) -> Export | None:
    """Return the account's export, whatever its state, or None."""
    return _build(await conn.fetch_one(_GET_CURRENT, {"account_id": account_id}))


async def get(conn: Connection, account_id: int, export_id: int) -> Export | None:
    """Return an export of the account, or None."""
    return _build(await conn.fetch_one(_GET, {"account_id": account_id, "export_id": export_id}))


async def replace(conn: Connection, account_id: int) -> Export:
    """Store a new export in place of the account's older one; the caller holds the account."""
    await delete_of(conn, account_id)
    return Export(
        **(await conn.fetch_one(_INSERT, {"account_id": account_id, "lifetime": LIFETIME}))._asdict()
    )


async def delete_of(conn: Connection, account_id: int) -> None:
    """Delete the account's export with all its parts."""
    await conn.execute(_DELETE, {"account_id": account_id})


async def add_part(conn: Connection, part: ExportPart) -> None:
    """Store a part, unless it is stored already or nobody waits for it any more."""
    await conn.execute(
        _ADD_PART, part.model_dump(include={"export_id", "service", "number", "file", "lines", "is_last"})
    )


async def complete(conn: Connection, export_id: int) -> str | None:
    """Mark an export as complete if every service has sent everything.

    Returns the address of its owner if that is so now and was not before.
    """
    row = await conn.fetch_one(
        _COMPLETE, {"export_id": export_id, "lifetime": LIFETIME, "services": SERVICES}
    )
    return None if row is None else str(row.email)


async def get_part_after(conn: Connection, export_id: int, previous: Part | None) -> Part | None:
    """Return the part that follows another one, or the first; None after the last."""
    after = {"service": previous.service, "number": previous.number} if previous else _BEFORE_ALL
    row = await conn.fetch_one(_NEXT_PART, {"export_id": export_id, **after})
    return None if row is None else Part(**row._asdict())


async def exists(conn: Connection, export_id: int) -> bool:
    """Return whether an export is still there."""
    return await conn.fetch_value(_EXISTS, {"export_id": export_id}) is not None


_BEFORE_ALL = {"service": "", "number": 0}


async def prune(conn: Connection) -> int:
    """Delete a batch of exports that have expired, and return its size."""
    return await conn.execute(_PRUNE)


def _build(row: Row | None) -> Export | None:
    return None if row is None else Export(**row._asdict())
