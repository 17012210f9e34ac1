"""A local run with PostgreSQL and RabbitMQ of the operator, which speak TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from deploy.checks.doctor import diagnose
from deploy.checks.findings import Finding
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.preflight import inspect_native
from deploy.stack.connections import budget_connections
from deploy.stack.programs import count_webs
from tests.support.busy import without_load
from tests.support.stack import Stack, processes_of, run_environment
from tests.support.tls_parts import Certificates, Elsewhere, servers_elsewhere
from tests.support.waiting import PATIENCE


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with servers_elsewhere(tmp_path_factory.mktemp("elsewhere")) as servers:
        yield servers


def inspect(folder: Path, settings: dict[str, str]) -> dict[str, Finding]:
    native = NativeGatherer.from_environ(run_environment(folder) | settings)
    return {one.code: one for one in inspect_native(native)}


def test_a_run_uses_them_over_verified_tls_and_starts_none_of_its_own(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    env = run_environment(tmp_path / "var") | elsewhere.settings
    stack = Stack(tmp_path / "var", env)
    try:
        found = without_load(diagnose(NativeGatherer.from_environ(env), seconds=PATIENCE))
        started = " ".join(processes_of(tmp_path / "var"))
        with closing(psycopg2.connect(elsewhere.settings["TILES_DATABASE_URL"])) as connection:
            statement = (
                "SELECT count(*), bool_and(ssl) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)"
                " WHERE usename = 'tiles'"
            )
            with connection.cursor() as cursor:
                cursor.execute(statement)
                sessions, all_by_tls = cursor.fetchone() or (0, False)
    finally:
        stack.stop()
    assert found == []
    assert "rabbitmq-server" not in started
    assert "postgres -D" not in started
    assert sessions > 1
    assert all_by_tls


def test_a_server_with_a_certificate_of_another_authority_is_refused(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    another = Certificates.make(tmp_path / "another").authority
    found = inspect(tmp_path / "var", elsewhere.settings | {"TESSERA_DATA_CA": str(another)})
    assert "certificate verify failed" in found["database-unusable"].cause
    assert "certificate verify failed" in found["broker-unusable"].cause.lower()


def test_a_role_with_fewer_connections_than_the_processes_may_open_is_refused(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    wanted = budget_connections(count_webs(), {})["tiles"]
    with elsewhere.postgres._superuser() as statements:
        statements.execute(f"ALTER ROLE tiles CONNECTION LIMIT {wanted - 1}")
    try:
        found = inspect(tmp_path / "var", elsewhere.settings)
    finally:
        elsewhere.postgres._ensure_databases()
    assert f"tiles may open {wanted} connections" in found["connections-few"].cause
    assert f"CONNECTION LIMIT {wanted}" in found["connections-few"].fix
