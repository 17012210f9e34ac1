"""Ports, secrets and the clock: the doctor's first line names the fault."""

from __future__ import annotations

import os
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from deploy.backup.archive import name_backup, taken_at
from deploy.checks.facts.clock import read_broker_clock
from tests.support.busy import busy_loops, here
from tests.support.clocks import shifted_postgres
from tests.support.commands import run
from tests.support.stack_under_test import StackUnderTest, listens
from tests.support.waiting import until


def test_a_port_that_was_taken_from_a_process(under_test: StackUnderTest) -> None:
    port = under_test.native.ports["frontend"]
    with under_test.without("frontend"):
        until(lambda: not listens(port))
        with socket.create_server(("127.0.0.1", port)):
            cause = under_test.first_line("port-taken")
    assert cause.startswith(f"port {port} (frontend) is held by pid {os.getpid()}: ")


def test_an_overloaded_machine_is_named_first_and_soon_with_who_uses_it(
    under_test: StackUnderTest,
) -> None:
    with busy_loops(12 * (os.cpu_count() or 1)):
        began = time.monotonic()
        done = run("doctor", env=under_test.env)
        seconds = time.monotonic() - began
    first = done.stdout.splitlines()[0]
    assert first.startswith("WARNING  machine-overloaded: this machine is overloaded: load "), done.stdout
    assert "mostly by" in first
    assert "yes (" in first
    assert seconds < here(10)


def test_a_missing_secret(under_test: StackUnderTest) -> None:
    secret = under_test.var / "secrets" / "auth_secret"
    secret.rename(secret.with_suffix(".away"))
    try:
        cause = under_test.first_line("secret-missing")
    finally:
        secret.with_suffix(".away").rename(secret)
    assert str(secret) in cause


def test_a_clock_of_postgresql_two_seconds_ahead(under_test: StackUnderTest) -> None:
    # A function of the same name that comes first, as no clock but the machine's can be set.
    ahead = "SELECT pg_catalog.clock_timestamp() + interval '2 s'"
    with under_test.database("tiles") as statements:
        statements.execute(
            f"CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ {ahead} $$"
        )
        statements.execute("ALTER ROLE tiles SET search_path = public, pg_catalog")
        try:
            cause = under_test.first_line("clock-skew")
        finally:
            statements.execute("ALTER ROLE tiles RESET search_path")
            statements.execute("DROP FUNCTION public.clock_timestamp()")
    assert cause.startswith("the clock of PostgreSQL at ")
    assert "differs from this machine's by +" in cause


@pytest.mark.parametrize(("seconds", "told"), [(7, "by +"), (-7, "by -")])
def test_a_machine_of_postgresql_whose_clock_is_seconds_off(
    under_test: StackUnderTest, monkeypatch: pytest.MonkeyPatch, seconds: int, told: str
) -> None:
    with shifted_postgres(under_test, seconds, monkeypatch):
        cause = under_test.first_line("database-clock")
    assert cause.startswith("the clock of PostgreSQL at ")
    assert told in cause


def test_the_clock_of_a_local_broker_agrees(under_test: StackUnderTest) -> None:
    offset = read_broker_clock(under_test.native.run_beside).offset
    assert offset is not None
    assert offset.least <= 0 <= offset.most


def test_a_backup_older_than_twice_its_interval(under_test: StackUnderTest) -> None:
    folder = under_test.var / "backups"
    folder.mkdir(exist_ok=True)
    old = folder / name_backup(datetime.now(UTC) - timedelta(hours=49))
    old.touch()
    try:
        cause = under_test.first_line("backup-old")
    finally:
        old.unlink()
    assert cause.startswith(f"the newest backup was taken on {taken_at(old):%Y-%m-%d %H:%M} UTC")


def test_a_clock_that_was_set_back(under_test: StackUnderTest) -> None:
    log = under_test.logs / "postgres.log"
    os.utime(log, (time.time() + 3600, time.time() + 3600))
    try:
        cause = under_test.first_line("clock-wrong")
    finally:
        os.utime(log)
    assert "tokens" in cause
