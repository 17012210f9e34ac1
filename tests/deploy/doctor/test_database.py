"""PostgreSQL and its databases: the doctor's first line names the fault."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack

import psutil
import psycopg2
import pytest

from deploy.checks.rules.machine import MIB
from tests.support.busy import here
from tests.support.stack_under_test import StackUnderTest


def test_postgresql_is_down(under_test: StackUnderTest) -> None:
    with under_test.without("postgres"):
        under_test.first_line("database-down")


def test_postgresql_does_not_answer(under_test: StackUnderTest) -> None:
    began = time.monotonic()
    with under_test.suspended("postgres"):
        cause = under_test.first_line("database-silent")
    assert time.monotonic() - began < here(5)
    assert "is suspended" in cause


def test_a_wrong_database_password(under_test: StackUnderTest) -> None:
    with under_test.database("postgres") as statements:
        right = (under_test.var / "secrets" / "postgres_tiles").read_text()
        statements.execute("ALTER ROLE tiles PASSWORD 'another'")
        try:
            cause = under_test.first_line("database-password")
        finally:
            statements.execute("ALTER ROLE tiles PASSWORD %s", (right,))
    assert cause.startswith("PostgreSQL rejects the password of tiles")


def test_postgresql_without_a_free_connection(under_test: StackUnderTest) -> None:
    url = (under_test.var / "secrets" / "tiles_database_url").read_text()
    with ExitStack() as held:
        with pytest.raises(psycopg2.OperationalError):
            while True:
                held.callback(psycopg2.connect(url).close)
        cause = under_test.first_line("database-connections")
    assert "by a program without a name as tiles from 127.0.0.1" in cause


def test_an_open_transaction_is_named_with_its_statement_and_ended_by_the_fix(
    under_test: StackUnderTest,
) -> None:
    with under_test.database("users") as statements:
        statements.execute("SELECT pg_backend_pid()")
        (pid,) = statements.fetchone()
        statements.execute("BEGIN")
        statements.execute("UPDATE profiles SET display_name = 'secret' WHERE id = 1")
        cause = under_test.first_line("database-blocked")
        [found] = [one for one in under_test.diagnose() if one.code == "database-blocked"]
        subprocess.run(found.fix.split(), check=True)
        with pytest.raises(psycopg2.OperationalError):
            statements.execute("COMMIT")
    assert f"(postgres in users, pid {pid})" in cause
    assert "idle in transaction" in cause
    assert cause.endswith("its last statement: UPDATE profiles SET display_name = '…' WHERE id = 1")


def test_a_server_that_takes_no_writes(under_test: StackUnderTest) -> None:
    with under_test.database("postgres") as statements:
        statements.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        statements.execute("SELECT pg_reload_conf()")
        try:
            cause = under_test.first_line("database-read-only")
        finally:
            statements.execute("ALTER SYSTEM RESET default_transaction_read_only")
            statements.execute("SELECT pg_reload_conf()")
    assert cause.endswith("accepts no writes: default_transaction_read_only is on")


@pytest.mark.parametrize(
    ("change", "back", "says"),
    [
        (
            "REVOKE CONNECT ON DATABASE tiles FROM tiles",
            "GRANT ALL ON DATABASE tiles TO tiles",
            "permission denied for database",
        ),
        ("ALTER ROLE tiles NOLOGIN", "ALTER ROLE tiles LOGIN", "is not permitted to log in"),
    ],
    ids=["REVOKE CONNECT", "NOLOGIN"],
)
def test_a_role_that_may_not_use_its_database(
    under_test: StackUnderTest, change: str, back: str, says: str
) -> None:
    with under_test.database("postgres") as statements:
        statements.execute(change)
        try:
            cause = under_test.first_line("database-rights")
        finally:
            statements.execute(back)
    assert says in cause


def test_a_table_that_was_renamed(under_test: StackUnderTest) -> None:
    with under_test.database("users") as statements:
        statements.execute("ALTER TABLE inbox RENAME TO away")
        try:
            cause = under_test.first_line("database-table-missing")
        finally:
            statements.execute("ALTER TABLE away RENAME TO inbox")
    assert cause.startswith("the database of users lacks its table inbox")


def test_a_search_path_that_hides_the_tables(under_test: StackUnderTest) -> None:
    with under_test.database("postgres") as statements:
        statements.execute("ALTER ROLE tiles SET search_path = elsewhere")
        try:
            cause = under_test.first_line("database-search-path")
        finally:
            statements.execute("ALTER ROLE tiles RESET search_path")
    assert cause == "tiles does not find its tables: its search_path is elsewhere"


@pytest.mark.parametrize(
    ("change", "back", "code", "says"),
    [
        (
            "DELETE FROM alembic_version",
            "INSERT INTO alembic_version VALUES (%s)",
            "migrations-missing",
            "without any",
        ),
        (
            "ALTER TABLE alembic_version RENAME TO away",
            "ALTER TABLE away RENAME TO alembic_version",
            "migrations-missing",
            "without any",
        ),
        (
            "UPDATE alembic_version SET version_num = 'from-tomorrow'",
            "UPDATE alembic_version SET version_num = %s",
            "schema-newer",
            "at migration from-tomorrow, which this code does not have",
        ),
    ],
    ids=["no revision", "never migrated", "newer"],
)
def test_a_database_at_another_migration_than_the_code(
    under_test: StackUnderTest, change: str, back: str, code: str, says: str
) -> None:
    with under_test.database("tiles") as statements:
        statements.execute("SELECT version_num FROM alembic_version")
        before = statements.fetchone()
        statements.execute(change)
        try:
            cause = under_test.first_line(code)
        finally:
            statements.execute(back, before if "%s" in back else None)
    assert says in cause


def test_a_full_disk_of_the_database(under_test: StackUnderTest) -> None:
    if not under_test.var.parent.is_mount():
        pytest.skip("a disk to fill can only be mounted by root")
    ballast = under_test.var.parent / "ballast"
    left = 60 * MIB  # more than RabbitMQ and the log ahead of PostgreSQL need for the moment
    with under_test.database("tiles") as statements:
        try:
            with ballast.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, psutil.disk_usage(str(under_test.var)).free - left)
            with pytest.raises(psycopg2.errors.DiskFull):
                statements.execute(
                    "CREATE UNLOGGED TABLE more AS SELECT repeat('x', 1000) FROM generate_series(1, 1000000)"
                )
            cause = under_test.first_line("disk-full")
        finally:
            ballast.unlink()
    assert cause.startswith(f"the disk of {under_test.var} is nearly full: ")
