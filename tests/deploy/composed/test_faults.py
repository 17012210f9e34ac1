"""The doctor's first line names each fault of a real stack under Compose."""

from __future__ import annotations

import shlex
import socket
import subprocess
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.backup.archive import PATTERN, name_backup
from deploy.stack.compose.served import replace_served
from deploy.stack.compose.state import served_of
from tests.support.certificates import expired
from tests.support.compose import COMPOSE_SECONDS
from tests.support.compose_under_test import ComposeStackUnderTest
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


@pytest.mark.parametrize("name", ["gateway-1", "docker-api-1", "postgres-1", "rabbitmq-1", "users-worker-1"])
def test_a_stopped_container(under_test: ComposeStackUnderTest, name: str) -> None:
    with under_test.stopped(name):
        cause = under_test.first_line("container-down")
    assert cause.startswith(f"{name} is exited with status ")


def test_a_removed_container(under_test: ComposeStackUnderTest) -> None:
    under_test.docker("rm", "--force", under_test.name("frontend-1"))
    try:
        assert under_test.first_line("container-down") == "frontend-1 has no container"
    finally:
        under_test.project.compose("up", "--detach", "--no-deps", "--no-build", "frontend")


def test_a_service_without_a_running_container_and_its_503(
    under_test: ComposeStackUnderTest,
) -> None:
    with under_test.stopped("users-web-1"):
        until(lambda: under_test.get("/api/v1/users/1", "r-503") == 503)
        cause = under_test.first_line("container-down")
        verdict = under_test.explain("r-503")
    assert cause.startswith("users-web-1 is exited with status ")
    assert verdict.code == "request-by-gateway"
    assert "503 after" in verdict.cause


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gateway-1", "gateway-silent"),
        ("postgres-1", "database-silent"),
        ("rabbitmq-1", "broker-silent"),
        ("tiles-web-1", "process-silent"),
    ],
)
def test_a_container_that_does_not_answer(under_test: ComposeStackUnderTest, name: str, code: str) -> None:
    with under_test.paused(name):
        cause = under_test.first_line(code)
    assert under_test.name(name) in cause


def test_a_crash_looping_container(under_test: ComposeStackUnderTest, tmp_path: Path) -> None:
    with under_test.changed("users-worker", {"command": ["work"]}, tmp_path):  # there is no such verb
        cause = under_test.first_line("crash-loop")
    assert cause.startswith("users-worker-1 is crash-looping")


def test_a_container_that_runs_out_of_memory(under_test: ComposeStackUnderTest, tmp_path: Path) -> None:
    limits = {"deploy": {"resources": {"limits": {"memory": "40M"}}}}  # it needs twice that
    with under_test.changed("users-web", limits, tmp_path):
        cause = under_test.first_line("out-of-memory")
    assert cause.startswith("users-web-1 ran out of memory: the kernel killed it at its limit of 40 MiB")


def test_a_container_outside_the_network_of_the_gateway(under_test: ComposeStackUnderTest) -> None:
    network, name = f"{under_test.project.name}_edge", under_test.name("users-web-1")
    under_test.docker("network", "disconnect", network, name)
    try:
        cause = under_test.first_line("network-missing")
    finally:
        under_test.docker("network", "connect", "--alias=users-web", network, name)
    assert cause.startswith(f"users-web-1 is not on the network {network}")


def test_a_gateway_that_publishes_no_port(under_test: ComposeStackUnderTest, tmp_path: Path) -> None:
    with under_test.changed("gateway", "ports: !reset []", tmp_path):
        cause = under_test.first_line("port-unpublished")
    ports = " and ".join(map(str, sorted(under_test.project.ports.values())))
    assert cause.startswith(f"the gateway's container does not publish {ports}, so connections")


def test_a_process_that_listens_on_loopback_only(under_test: ComposeStackUnderTest, tmp_path: Path) -> None:
    with under_test.changed("users-web", {"environment": {"USERS_BIND": "127.0.0.1:8000"}}, tmp_path):
        cause = under_test.first_line("only-loopback")
    assert cause.startswith("users-web-1 listens on 127.0.0.1:8000 only")


def test_a_label_with_a_wrong_port(under_test: ComposeStackUnderTest, tmp_path: Path) -> None:
    labels = {
        f"traefik.http.services.users-{check}.loadbalancer.server.port": "9000"
        for check in ("ready", "alive")
    }
    with under_test.changed("users-web", {"labels": labels}, tmp_path):
        cause = under_test.first_line("backend-wrong")
    assert "the gateway sends requests for users to " in cause
    assert ":9000, where nothing of this stack listens" in cause


def test_an_expired_certificate(under_test: ComposeStackUnderTest) -> None:
    file = served_of(under_test.project.var)
    right = file.read_text()
    key = right[right.index("-----BEGIN PRIVATE KEY") :]
    replace_served(file, expired(key, urlsplit(under_test.url).hostname or "") + key)
    try:
        cause = under_test.first_line("certificate-invalid")
    finally:
        replace_served(file, right)
    assert cause.startswith(f"the certificate of {under_test.url} expired on ")


def test_a_missing_secret(under_test: ComposeStackUnderTest) -> None:
    secret = under_test.secret("auth_secret")
    secret.rename(secret.with_suffix(".away"))
    try:
        cause = under_test.first_line("secret-missing")
    finally:
        secret.with_suffix(".away").rename(secret)
    assert str(secret) in cause


def test_a_wrong_database_password_and_no_printed_secret(
    under_test: ComposeStackUnderTest,
) -> None:
    right = under_test.secret("postgres_tiles").read_text()
    with under_test.sql(
        "postgres", "ALTER ROLE tiles PASSWORD 'another'", f"ALTER ROLE tiles PASSWORD '{right}'"
    ):
        cause = under_test.first_line("database-password")
        output = under_test.deploy("doctor", "--json").stdout
    assert cause.startswith("PostgreSQL rejects the password of tiles")
    secrets = [path.read_text().strip() for path in (under_test.project.var.root / "secrets").iterdir()]
    assert '"database-password"' in output
    assert [secret for secret in secrets if secret in output] == []


def test_postgresql_without_a_free_connection(under_test: ComposeStackUnderTest) -> None:
    with under_test.sql(
        "postgres", "ALTER ROLE tiles CONNECTION LIMIT 0", "ALTER ROLE tiles CONNECTION LIMIT -1"
    ):
        under_test.first_line("database-connections")


def test_a_database_that_was_never_migrated(under_test: ComposeStackUnderTest) -> None:
    with under_test.sql(
        "tiles", "ALTER TABLE alembic_version RENAME TO away", "ALTER TABLE away RENAME TO alembic_version"
    ):
        cause = under_test.first_line("migrations-missing")
    assert "the database of tiles" in cause


def test_a_wrong_broker_password(under_test: ComposeStackUnderTest) -> None:
    under_test.ctl("change_password", "users", "another")
    try:
        cause = under_test.first_line("broker-password")
    finally:
        under_test.ctl("change_password", "users", under_test.secret("rabbitmq_users").read_text())
    assert cause.startswith("RabbitMQ rejects the password of users")


def test_an_alarm_of_rabbitmq(under_test: ComposeStackUnderTest) -> None:
    under_test.ctl("set_disk_free_limit", "9000GB")
    try:
        cause = under_test.first_line("broker-alarm")
    finally:
        under_test.ctl("set_disk_free_limit", "1GB")
    assert cause.startswith("RabbitMQ has a disk alarm")


def test_a_gateway_with_nearly_all_files_open(under_test: ComposeStackUnderTest, tmp_path: Path) -> None:
    limits = {"ulimits": {"nofile": {"soft": 100, "hard": 100}}}
    with under_test.changed("gateway", limits, tmp_path), ExitStack() as clients:
        url = urlsplit(under_test.url)
        address = (url.hostname or "", url.port or 443)
        until(lambda: accepts(address))
        for _ in range(65):  # idle connections; the gateway itself has opened about 20 files
            clients.enter_context(socket.create_connection(address))
        cause = under_test.first_line("gateway-files-high")
    assert cause.endswith(" of the 100 files that it may open")


def test_a_clock_of_postgresql_two_seconds_ahead(under_test: ComposeStackUnderTest) -> None:
    # A function of the same name that comes first, as no clock but the machine's can be set.
    ahead = "SELECT pg_catalog.clock_timestamp() + interval '2 s'"
    shift = (
        f"CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $${ahead}$$; "
        "ALTER ROLE tiles SET search_path = public, pg_catalog"
    )
    back = "ALTER ROLE tiles RESET search_path; DROP FUNCTION public.clock_timestamp()"
    with under_test.sql("tiles", shift, back):
        cause = under_test.first_line("clock-skew")
    assert cause.startswith("the clock of PostgreSQL at postgres:5432 differs from this machine's by +")


def accepts(address: tuple[str, int]) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(address):
        return True
    return False


def test_a_backup_older_than_twice_its_interval(under_test: ComposeStackUnderTest) -> None:
    kept = under_test.project.var.root / "backups" / "kept"
    aside = kept.with_name("aside")
    aside.mkdir()
    for backup in kept.glob(PATTERN):  # the schedule took one at the start
        backup.rename(aside / f"{backup.name}.aside")
    old = kept / name_backup(datetime.now(UTC) - timedelta(hours=49))
    old.touch()
    try:
        cause = under_test.first_line("backup-old")
    finally:
        old.unlink()
        for backup in aside.iterdir():
            backup.rename(kept / backup.name.removesuffix(".aside"))
        aside.rmdir()
    assert cause.startswith("the newest backup was taken on ")


def test_an_exception_of_a_service_is_found_by_its_request_id(under_test: ComposeStackUnderTest) -> None:
    with under_test.sql(
        "users", "ALTER TABLE profiles RENAME TO away", "ALTER TABLE away RENAME TO profiles"
    ):
        status = under_test.get("/api/v1/users/1", "r-exception")
    done = under_test.deploy("doctor", "--request-id", "r-exception")
    assert status == 500
    first = done.stdout.splitlines()[0]
    assert first.startswith("ERROR  request-application-error: GET /api/v1/users/1 -> 500 after ")
    assert 'relation "profiles" does not exist' in first
    assert "services/users/" in first


def test_a_session_that_holds_a_table_is_ended_by_the_fix(under_test: ComposeStackUnderTest) -> None:
    psql = ("psql", "--username=postgres", "--dbname=users")
    holding = "--command=BEGIN; LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)"
    under_test.docker("exec", "--detach", under_test.name("postgres-1"), *psql, holding)
    cause = under_test.first_line("database-blocked")
    assert "a session of psql (postgres in users, pid " in cause
    for found in under_test.diagnose():
        if found.code == "database-blocked":
            subprocess.run(shlex.split(found.fix), env=under_test.environ, check=True, capture_output=True)
    until(lambda: "database-blocked" not in {one.code for one in under_test.diagnose()})
