"""The pool on uvloop, which is stricter than asyncio about file descriptors that aiopg does not release."""

from __future__ import annotations

import asyncio

import pytest
import uvloop
from sqlalchemy import text

from shared.db import Database
from shared.errors import Unavailable
from tests.support.parts import Databases, free_ports

pytestmark = pytest.mark.real_limits


def test_every_refused_connection_means_that_postgresql_is_unavailable(database: Databases) -> None:
    absent = Database(f"postgresql://auth:secret@127.0.0.1:{free_ports(1)[0]}/auth", application="tests")
    present = Database(database("auth"), application="tests")

    async def ask(door: Database) -> int:
        async with door.connection() as conn:
            return int(await conn.fetch_value(text("SELECT 1")))

    async def refused_and_then_not() -> None:
        for _ in range(5):
            answers = await asyncio.gather(*(ask(absent) for _ in range(10)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {Unavailable}
        assert await asyncio.gather(*(ask(present) for _ in range(10))) == [1] * 10
        await present.close()

    uvloop.run(refused_and_then_not())
