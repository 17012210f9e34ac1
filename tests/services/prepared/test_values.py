"""Values of all types arrive in prepared statements as they were sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    bindparam,
    insert,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.db import Database, byte_strings, integers, texts
from tests.support.prepared import ADD, NAME, list_prepared

pytestmark = pytest.mark.real_limits

values = Table(
    "values_of_all_types",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("small", SmallInteger),
    Column("number", Integer),
    Column("real", Float),
    Column("flag", Boolean),
    Column("name", Text),
    Column("raw", LargeBinary),
    Column("data", JSONB),
    Column("at", DateTime(timezone=True)),
    Column("day", Date),
    Column("span", Interval),
    Column("words", ARRAY(Text)),
    Column("numbers", ARRAY(BigInteger)),
)
ADD_VALUES = insert(values).values({column.name: bindparam(column.name) for column in values.columns})
VALUES = select(values).where(values.c.id == bindparam("id"))


class Colour(StrEnum):
    """An enum, as services use them for columns of text."""

    RED = "red"


FULL = {
    "id": 2**40,
    "small": -5,
    "number": -(2**31),
    "real": 0.5,
    "flag": True,
    "name": "100% %s $1 ☃ \\ '",
    "raw": bytes(range(256)),
    "data": {"a": [1, None, "%s"]},
    "at": datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC),
    "day": date(2024, 2, 29),
    "span": timedelta(days=1, seconds=2),
    "words": ["a", 'b"', "c,{}", None],
    "numbers": [1, -(2**62), None],
}
EMPTY = {**dict.fromkeys(FULL), "id": 1}
BARE = {**FULL, "id": 3, "flag": False, "name": "", "raw": b"", "data": [], "words": [], "numbers": []}


class TestValues:
    @pytest.mark.parametrize("sent", [FULL, EMPTY, BARE], ids=["full", "null", "bare"])
    async def test_arrive_as_they_were_sent(self, db: Database, sent: dict[str, Any]) -> None:
        for _ in range(3):
            async with db.connection() as conn:
                await conn.execute(ADD_VALUES, sent)
                row = await conn.fetch_one(VALUES, {"id": sent["id"]})
                await conn.execute(text("TRUNCATE values_of_all_types"))
            assert row._asdict() == sent

    async def test_that_are_constants_stay_in_the_statement(self, db: Database) -> None:
        statement = select(values.c.id).where(values.c.name == "a ' % \\ ☃", values.c.id == bindparam("id"))
        async with db.connection() as conn:
            await conn.execute(insert(values).values(id=1, name="a ' % \\ ☃"))
            for _ in range(3):
                assert await conn.fetch_value(statement, {"id": 1}) == 1
            (found,) = await list_prepared(conn)
        assert "$2" not in found

    async def test_of_enums_arrive_as_their_text(self, db: Database) -> None:
        async with db.connection() as conn:
            for number in range(3):
                await conn.execute(ADD, {"id": number, "name": Colour.RED})
                assert await conn.fetch_value(NAME, {"id": number}) == "red"

    async def test_beyond_the_range_of_their_column_compare_as_before(self, db: Database) -> None:
        below = select(values.c.id).where(values.c.number < bindparam("number"))
        async with db.connection() as conn:
            await conn.execute(insert(values).values(id=1, number=5))
            assert [await conn.fetch_value(below, {"number": 2**40}) for _ in range(3)] == [1, 1, 1]

    async def test_in_a_list_take_the_type_that_is_expected(self, db: Database) -> None:
        ids = ["01a225e1-f20a-7293-a21d-3db52ca4985d", None]
        spread = text(
            "SELECT CAST(CAST(:ids AS uuid[]) AS text[]) AS ids, CAST(:at AS timestamptz[]) AS at,"
            " encode((CAST(:raws AS bytea[]))[1], 'hex') AS raw, CAST(:flags AS boolean[]) AS flags,"
            " CAST(:none AS int[]) AS none"
        )
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        sent = {"ids": ids, "at": [moment], "flags": [True, False], "none": []}
        async with db.connection() as conn:
            for _ in range(3):
                row = await conn.fetch_one(spread, {**sent, "raws": [b"\x00\xff", None]})
                assert row._asdict() == {**sent, "raw": "00ff"}

    async def test_written_as_one_array_arrive_by_their_cast(self, db: Database) -> None:
        spread = text(
            "SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:raws AS bytea[]), CAST(:names AS text[]),"
            " CAST(:flags AS boolean[]), CAST(:moments AS timestamptz[])) AS it (id, raw, name, flag, moment)"
        )
        moment = datetime(2024, 1, 1, tzinfo=UTC)
        arrays = {
            "ids": integers([2**40, 2]),
            "raws": byte_strings([b"\x00\xff", None]),
            "names": texts(["a ' \" \\ %s", None]),
            "flags": texts(["True", None]),
            "moments": texts([moment.isoformat(), None]),
        }
        async with db.connection() as conn:
            for _ in range(3):
                rows = await conn.fetch_all(spread, arrays)
                assert [tuple(row) for row in rows] == [
                    (2**40, b"\x00\xff", "a ' \" \\ %s", True, moment),
                    (2, None, None, None, None),
                ]
