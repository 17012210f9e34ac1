"""What a service adds to an export of all that the site has of an account.

Requested by an event, each service keeps a job in its own database; its worker reads its files in slices and
sends them as parts to auth. A part, and how far the job is, are written in one transaction: whatever is
stopped or killed, every part is sent once, and never more than one is in memory.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    DateTime,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    func,
    text,
    tuple_,
)

from shared.db import Connection, Database
from shared.errors import Unavailable
from shared.messaging.contracts import ExportPart
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

SLICE_ROWS: Final = 200
PART_BYTES: Final = 64 * 1024
"""What ends a part; its last line may go beyond it by the largest row, a tile of 16 KiB."""

MOST_ROWS: Final = 100_000
"""Per file: a bound on what one account can make three services read and one keep."""

WAITING: Final = 20
"""With more messages in the outbox the next part waits, so that exports delay other events little."""

POLL_SECONDS: Final = 1.0

_ADD = text(
    "INSERT INTO export_jobs (export_id, account_id) VALUES (:export_id, :account_id) ON CONFLICT DO NOTHING"
)
# One that another worker has taken is skipped.
_NEXT = text(
    "SELECT export_id, account_id, number, file, position, rows FROM export_jobs"
    " ORDER BY requested_at, export_id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_ADVANCE = text(
    "UPDATE export_jobs SET number = number + 1, file = :file, position = :position, rows = :rows"
    " WHERE export_id = :export_id"
)
_END = text("DELETE FROM export_jobs WHERE export_id = :export_id")
_END_ALL = text("DELETE FROM export_jobs WHERE account_id = :account_id")
_COUNT_WAITING = text("SELECT count(*) FROM (SELECT FROM outbox LIMIT 1000) AS waiting")


def export_jobs_table(metadata: MetaData) -> Table:
    """Define the export jobs of a service; its migration creates the same table."""
    return Table(
        "export_jobs",
        metadata,
        Column("export_id", BigInteger, primary_key=True, autoincrement=False),
        Column("account_id", BigInteger, nullable=False),
        Column("number", Integer, nullable=False, server_default=text("0"), comment="of the next part"),
        Column("file", Integer, nullable=False, server_default=text("0"), comment="that the part is of"),
        Column("position", Text, comment="key of the last row sent of that file, as JSON; null: none yet"),
        Column("rows", Integer, nullable=False, server_default=text("0"), comment="sent of that file"),
        Column("requested_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        comment="Exports that this service has not sent all its parts of.",
    )


@dataclass(frozen=True)
class _Slice:
    """Lines of a file and the key of the last; `is_end` if nothing follows."""

    lines: bytes
    rows: int
    position: str | None
    is_end: bool


class ExportFile:
    """A file of an export with a JSON line per row of `statement`, in the order of `key`.

    `statement` selects the key, and has a parameter `account_id`. Bytes are written in base64.
    """

    def __init__(self, name: str, statement: Select[Any], *key: ColumnElement[Any]) -> None:
        self.name = name
        self._key = [column.name for column in key if isinstance(column, Column)]
        after = [bindparam(f"after_{number}", type_=column.type) for number, column in enumerate(key)]
        ordered = statement.order_by(*key).limit(SLICE_ROWS)
        self._first, self._following = ordered, ordered.where(tuple_(*key) > tuple_(*after))

    async def read(self, conn: Connection, account_id: int, position: str | None) -> _Slice:
        """Read the lines after a position, up to PART_BYTES."""
        after = [] if position is None else orjson.loads(position)
        params = {"account_id": account_id, **{f"after_{number}": key for number, key in enumerate(after)}}
        found = await conn.fetch_all(self._first if position is None else self._following, params)
        lines = bytearray()
        taken = 0
        for row in found:
            lines += orjson.dumps(row._asdict(), default=_encode) + b"\n"
            taken += 1
            if len(lines) >= PART_BYTES:
                break
        last = None if not taken else orjson.dumps([getattr(found[taken - 1], name) for name in self._key])
        is_end = taken == len(found) < SLICE_ROWS
        return _Slice(bytes(lines), taken, None if last is None else last.decode(), is_end)


class Exporter:
    """Sends the parts of the service's files to auth; start one in each worker process."""

    def __init__(self, database: Database, outbox: Outbox, service: str, files: Sequence[ExportFile]) -> None:
        self._database = database
        self._outbox = outbox
        self._service = service
        self._files = files

    async def run(self) -> None:
        """Work on jobs, one part at a time, until cancelled."""
        while True:
            try:
                while await self.send_part():
                    pass
            except Unavailable as error:
                log.info("exports paused", reason=str(error))
            await asyncio.sleep(POLL_SECONDS)

    async def send_part(self) -> bool:
        """Send the next part of the oldest job; returns False if there is none, or it has to wait."""
        async with self._database.transaction() as conn:
            job = await conn.fetch_one(_NEXT)
            if job is None or await conn.fetch_value(_COUNT_WAITING) > WAITING:
                return False
            file = self._files[job.file]
            part = await file.read(conn, job.account_id, job.position)
            is_end = part.is_end or job.rows + part.rows >= MOST_ROWS
            is_last = is_end and job.file == len(self._files) - 1
            sent = ExportPart(
                export_id=job.export_id,
                service=self._service,
                number=job.number,
                file=file.name,
                lines=part.lines.decode(),
                is_last=is_last,
            )
            self._outbox.defer(conn, sent)
            if is_last:
                conn.defer(_END, {"export_id": job.export_id})
            else:
                then = (job.file + 1, None, 0) if is_end else (job.file, part.position, job.rows + part.rows)
                conn.defer(_ADVANCE, {"export_id": job.export_id, **dict(zip(_PROGRESS, then, strict=True))})
        return True


_PROGRESS = ("file", "position", "rows")


async def add_job(conn: Connection, export_id: int, account_id: int) -> None:
    """Store that the service has to send its parts of an export; doing so again changes nothing."""
    await conn.execute(_ADD, {"export_id": export_id, "account_id": account_id})


async def end_jobs(conn: Connection, account_id: int) -> None:
    """Stop exporting what belongs to an account, as it is deleted."""
    await conn.execute(_END_ALL, {"account_id": account_id})


def _encode(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"no JSON for {type(value)}")
