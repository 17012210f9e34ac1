"""The parts of an export: every row once and in order, whoever is killed, and never many at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    Table,
    bindparam,
    create_engine,
    select,
    text,
)

from shared.db import Database
from shared.messaging import exporting
from shared.messaging.exporting import Exporter, ExportFile, add_job, end_jobs, export_jobs_table
from shared.messaging.outbox import Outbox, outbox_table
from tests.support.exports import gather, read_files, take_parts
from tests.support.messaging import opened, sql
from tests.support.parts import Databases

ROWS = 7

metadata = MetaData()
outbox_table(metadata)
export_jobs_table(metadata)
things = Table(
    "things",
    metadata,
    Column("account_id", BigInteger, nullable=False),
    Column("a", BigInteger, nullable=False),
    Column("b", BigInteger, nullable=False),
    Column("content", LargeBinary),
)
_OF_ACCOUNT = select(things.c.a, things.c.b, things.c.content).where(
    things.c.account_id == bindparam("account_id")
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of three rows."""
    monkeypatch.setattr(exporting, "SLICE_ROWS", 3)


@pytest.fixture
def files() -> list[ExportFile]:
    nobody = select(things.c.a).where(things.c.account_id == -bindparam("account_id", type_=BigInteger))
    return [
        ExportFile("things.jsonl", _OF_ACCOUNT, things.c.a, things.c.b),
        ExportFile("nothing.jsonl", nobody, things.c.a),
    ]


@pytest.fixture
async def db(database: Databases) -> AsyncIterator[Database]:
    """Seven rows of account 1 with a key of two columns, and one of account 2."""
    url = database("users")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    metadata.create_all(engine)
    engine.dispose()
    await sql(
        url,
        "INSERT INTO things SELECT 1, n / 4, n, CAST('\\x0102' AS bytea) FROM generate_series(1, 7) AS n"
        " UNION ALL SELECT 2, 0, 99, NULL",
    )
    async with opened(url) as opened_db:
        yield opened_db


async def begin(db: Database, export_id: int = 5, account_id: int = 1) -> None:
    async with db.transaction() as conn:
        await add_job(conn, export_id, account_id)


def numbers(parts: list[Any]) -> list[int]:
    return [entry["b"] for entry in read_files(parts)["things.jsonl"]]


async def test_every_row_of_the_account_is_sent_once_and_in_order(
    db: Database, files: list[ExportFile]
) -> None:
    await begin(db)
    parts = await gather(db, "users", files)
    assert numbers(parts) == [*range(1, ROWS + 1)]
    assert read_files(parts)["things.jsonl"][0]["content"] == "AQI="
    assert read_files(parts)["nothing.jsonl"] == []
    assert [part.number for part in parts] == [*range(len(parts))]
    assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_a_job_that_is_requested_twice_is_done_once(db: Database, files: list[ExportFile]) -> None:
    await begin(db)
    await begin(db)
    assert numbers(await gather(db, "users", files)) == [*range(1, ROWS + 1)]


async def test_a_part_ends_at_its_limit_of_bytes(
    db: Database, files: list[ExportFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PART_BYTES", 1)
    await begin(db)
    parts = await gather(db, "users", files)
    assert {part.lines.count("\n") for part in parts if part.lines} == {1}
    assert numbers(parts) == [*range(1, ROWS + 1)]


async def test_of_a_file_no_more_rows_are_sent_than_allowed(
    db: Database, files: list[ExportFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 6)
    await begin(db)
    parts = await gather(db, "users", files)
    assert numbers(parts) == [*range(1, 7)]
    assert parts[-1].is_last


async def test_a_part_whose_transaction_failed_is_sent_by_the_next_attempt(
    db: Database, files: list[ExportFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(db)
    outbox = Outbox(db, producer="users")
    exporter = Exporter(db, outbox, "users", files)
    await exporter.send_part()

    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "defer", fail)
        with pytest.raises(RuntimeError):
            await exporter.send_part()
    parts = await take_parts(db)
    assert numbers(parts + await gather(db, "users", files)) == [*range(1, ROWS + 1)]


async def test_four_workers_at_once_send_every_part_once(db: Database, files: list[ExportFile]) -> None:
    for export_id in range(3):
        await begin(db, export_id)
    parts = [
        part
        for sent in await asyncio.gather(*(gather(db, "users", files) for _ in range(4)))
        for part in sent
    ]
    for export_id in range(3):
        of_export = sorted(
            (part for part in parts if part.export_id == export_id), key=lambda part: part.number
        )
        assert numbers(of_export) == [*range(1, ROWS + 1)]


async def test_a_part_waits_while_other_messages_do(
    db: Database, files: list[ExportFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "WAITING", 1)
    await begin(db)
    exporter = Exporter(db, Outbox(db, producer="users"), "users", files)
    assert [await exporter.send_part() for _ in range(4)] == [True, True, False, False]


async def test_the_jobs_of_a_deleted_account_end(db: Database, files: list[ExportFile]) -> None:
    await begin(db, 5, 1)
    await begin(db, 6, 2)
    async with db.transaction() as conn:
        await end_jobs(conn, 1)
    assert {part.export_id for part in await gather(db, "users", files)} == {6}
    async with db.connection() as conn:
        assert await conn.fetch_value(text("SELECT count(*) FROM export_jobs")) == 0
