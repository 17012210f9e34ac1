"""Exports: what a service sends of an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import text

from shared.db import Database
from shared.messaging.contracts import ExportPart
from shared.messaging.envelope import Envelope
from shared.messaging.exporting import Exporter, ExportFile, add_job
from shared.messaging.outbox import Outbox

_TAKE = text("DELETE FROM outbox WHERE routing_key LIKE 'export.part.%' RETURNING id, payload")


async def take_parts(database: Database) -> list[ExportPart]:
    """Take the parts that are in the outbox, in order."""
    async with database.connection() as conn:
        rows = await conn.fetch_all(_TAKE)
    return [
        ExportPart.from_envelope(Envelope.decode(row.payload.encode()))
        for row in sorted(rows, key=lambda row: int(row.id))
    ]


async def gather(database: Database, service: str, files: Sequence[ExportFile]) -> list[ExportPart]:
    """Let a service work on its jobs until none is left; returns what it sent."""
    exporter = Exporter(database, Outbox(database, producer=service), service, files)
    parts: list[ExportPart] = []
    while await exporter.send_part():
        parts += await take_parts(database)
    return parts


async def export(
    database: Database, service: str, files: Sequence[ExportFile], account_id: int
) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of each file that a service sends of an account."""
    async with database.transaction() as conn:
        await add_job(conn, 1, account_id)
    return read_files(await gather(database, service, files))


def read_files(parts: Sequence[ExportPart]) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of each file."""
    files: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        files.setdefault(part.file, []).extend(map(orjson.loads, part.lines.splitlines()))
    return files
