"""Faults of a local run that the doctor repairs: how each comes about, and what it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass

import psycopg2
import pytest

from tests.support.stack_under_test import StackUnderTest

Inject = Callable[[StackUnderTest], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """`inject` breaks the stack and, at the end of its block, undoes what nobody has repaired by then.

    `code` is that of the doctor's first line, which contains `says`.
    """

    name: str
    code: str
    says: str
    inject: Inject


def by_sql(database: str, change: str, back: str = "") -> Inject:
    """Execute `change` as superuser; where the repair could fail, `back` undoes it."""

    @contextmanager
    def inject(stack: StackUnderTest) -> Iterator[None]:
        with stack.database(database) as statements:
            # Also where the server takes no writes.
            statements.execute("SET default_transaction_read_only = off")
            for statement in change.split("; "):
                statements.execute(statement)
            try:
                yield
            finally:
                for statement in filter(None, back.split("; ")):
                    with suppress(psycopg2.Error):  # the repair did it
                        statements.execute(statement)

    return inject


@contextmanager
def use_up_connections(stack: StackUnderTest) -> Iterator[None]:
    """Open sessions until the server refuses another."""
    url = (stack.var / "secrets" / "tiles_database_url").read_text()
    with ExitStack() as held:
        with pytest.raises(psycopg2.OperationalError):
            while True:
                held.callback(psycopg2.connect(url, application_name="someone's script").close)
        yield


FAULTS = (
    Fault(
        "role may not log in",
        "database-rights",
        "is not permitted to log in",
        by_sql("postgres", "ALTER ROLE tiles NOLOGIN"),
    ),
    Fault(
        "role may not connect",
        "database-rights",
        "permission denied for database",
        by_sql("postgres", "REVOKE CONNECT ON DATABASE tiles FROM tiles"),
    ),
    Fault(
        "wrong password",
        "database-password",
        "PostgreSQL rejects the password of tiles",
        by_sql("postgres", "ALTER ROLE tiles PASSWORD 'another'"),
    ),
    Fault(
        "password has expired",
        "database-password",
        "PostgreSQL rejects the password of users",
        by_sql("postgres", "ALTER ROLE users VALID UNTIL '2020-01-01'"),
    ),
    Fault(
        "search path of the role",
        "database-search-path",
        "tiles does not find its tables: its search_path is elsewhere",
        by_sql("postgres", "ALTER ROLE tiles SET search_path = elsewhere"),
    ),
    Fault(
        "search path of the database",
        "database-search-path",
        "auth does not find its tables: its search_path is elsewhere",
        by_sql("postgres", "ALTER DATABASE auth SET search_path = elsewhere"),
    ),
    Fault(
        "statement timeout",
        "database-settings",
        "statement_timeout=1 for role users",
        by_sql("postgres", "ALTER ROLE users SET statement_timeout = 1"),
    ),
    Fault(
        "read-only role",
        "database-settings",
        "default_transaction_read_only=on for role tiles",
        by_sql("postgres", "ALTER ROLE tiles SET default_transaction_read_only = on"),
    ),
    Fault(
        "read-only server",
        "database-read-only",
        "accepts no writes: default_transaction_read_only is on",
        by_sql(
            "postgres",
            "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()",
        ),
    ),
    Fault(
        "limit of connections",
        "database-connections",
        "PostgreSQL has no connection left (tiles)",
        by_sql("postgres", "ALTER ROLE tiles CONNECTION LIMIT 0"),
    ),
    Fault(
        "foreign sessions",
        "database-connections",
        "by someone's script as tiles from 127.0.0.1",
        use_up_connections,
    ),
    Fault(
        "inbox was renamed",
        "database-table-missing",
        "the database of users lacks its table inbox",
        by_sql("users", "ALTER TABLE inbox RENAME TO away", "ALTER TABLE away RENAME TO inbox"),
    ),
    Fault(
        "outbox was renamed",
        "database-table-missing",
        "the database of tiles lacks its table outbox",
        by_sql("tiles", "ALTER TABLE outbox RENAME TO away", "ALTER TABLE away RENAME TO outbox"),
    ),
)
