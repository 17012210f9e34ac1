"""PostgreSQL and its databases: the doctor's first line names the fault."""

from __future__ import annotations

import os
import subprocess
import time

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
