"""Connections that prepare statements, and a table of things to use them on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import psycopg2
from sqlalchemy import Executable, text

from shared.db import Connection, Database, DatabaseLimits

ADD = text("INSERT INTO prepared_things (id, name) VALUES (:id, :name)")
NAME = text("SELECT name FROM prepared_things WHERE id = :id")
ALL = text("SELECT * FROM prepared_things WHERE id = :id")
RENAME = text("UPDATE prepared_things SET name = :name WHERE id = :id")
SLEEP = text("SELECT pg_sleep(:seconds)")
LIST_PREPARED = text("SELECT name, statement FROM pg_prepared_statements ORDER BY name")


@asynccontextmanager
async def pool_of_one(url: str, prepared: int = 200) -> AsyncIterator[Database]:
    """A pool of one connection that keeps so many statements, and soon gives up on one that takes long."""
    limits = DatabaseLimits(pool_size=1, statement=0.3, lock=0.3, prepared=prepared)
    db = Database(url, application="test", limits=limits)
    yield db
    await db.close(grace=0.1)


def run_elsewhere(url: str, sql: str) -> None:
    """Run SQL on a connection of its own, such as that of a migration."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)


async def list_prepared(conn: Connection) -> list[str]:
    """Return the SQL of what the server holds for the connection, without this question."""
    rows = await conn.fetch_all(LIST_PREPARED)
    return [row.statement for row in rows if "pg_prepared_statements" not in row.statement]


async def meet(db: Database, *statements: Executable) -> None:
    """Use statements so that the connection has prepared them."""
    params = {"id": 0, "name": "met", "seconds": 0}
    for _ in range(2):
        async with db.connection() as conn:
            for statement in statements:
                await conn.execute(statement, params)
                await conn.execute(text("DELETE FROM prepared_things WHERE id = 0"))
