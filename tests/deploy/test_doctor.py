"""The doctor names each fault of a real stack in its first line, and a healthy stack healthy."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aio_pika
import psutil
import psycopg2
import pytest
import yaml

from deploy.doctor.checks import CHECKS
from deploy.doctor.command import diagnose
from deploy.doctor.native import Native
from deploy.doctor.request import explain
from deploy.findings import Finding, Severity
from deploy.gateway import CONFIGURATION
from deploy.parts.process import get
from deploy.parts.rabbitmq import RabbitMQ, programs
from deploy.ports import listeners
from deploy.run.processes import SERVICES
from tests.deploy.test_ports import run
from tests.deploy.test_process import until
from tests.deploy.test_stack import listeners_of
from tests.parts import free_ports
from tests.services.messaging.traffic import tile_created
from tests.stack import Stack, run_environment


class Patient(Stack):
    """A stack to do things to."""

    def __init__(self, var: Path, env: dict[str, str]) -> None:
        super().__init__(var, env)
        self.env = env
        self.native = Native.found(env)

    def diagnose(self, native: Native | None = None) -> list[Finding]:
        return diagnose(native or Native.found(self.env))

    def headline(self, native: Native | None = None) -> tuple[str, str]:
        """Code and cause of the first line."""
        findings = self.diagnose(native)
        assert findings, "the doctor found nothing"
        return findings[0].code, findings[0].cause

    def forget(self) -> None:
        for log in self.logs.iterdir():
            os.truncate(log, 0)

    def explain(self, request_id: str) -> Finding:
        return explain(request_id, self.native.request(request_id), self.native.said_of(request_id))

    def get(self, path: str, request_id: str, port: int | None = None) -> int:
        url = f"http://127.0.0.1:{port or self.native.ports['gateway']}{path}"
        request = urllib.request.Request(url, headers={"X-Request-Id": request_id})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """The supervisor sleeps meanwhile, so that what dies stays dead."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        with self.left_alone():
            pids = [pid for name in names for pid in self.pids(name)]
            for name in names:
                self.kill(name)
            until(lambda: all(map(has_ended, pids)), 5)
            yield

    @contextmanager
    def suspended(self, name: str) -> Iterator[None]:
        pids = self.pids(name)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @contextmanager
    def database(self, name: str) -> Iterator[Any]:
        """A cursor of the superuser there, committing by itself."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.native.ports["postgres"],
            user="postgres",
            password=(self.var / "secrets" / "postgres").read_text(),
            dbname=name,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as statements:
                yield statements
        finally:
            connection.close()

    def ctl(self, *words: str) -> None:
        ports = self.native.ports
        node = RabbitMQ(
            self.native.var,
            amqp=ports["rabbitmq-amqp"],
            dist=ports["rabbitmq-dist"],
            epmd=ports["rabbitmq-epmd"],
            users=SERVICES,
        )
        subprocess.run(
            [str(programs() / "rabbitmqctl"), "--quiet", *words],
            env=node.environment(),
            check=True,
            capture_output=True,
        )

    def publish(self, exchange: str, routing_key: str, *bodies: bytes) -> None:
        async def send() -> None:
            url = (self.var / "secrets" / "users_broker_url").read_text()
            async with await aio_pika.connect(url) as connection:
                channel = await connection.channel()
                to = await channel.get_exchange(exchange) if exchange else channel.default_exchange
                for body in bodies:
                    await to.publish(aio_pika.Message(body, message_id="m-1", type="test"), routing_key)

        asyncio.run(send())

    @contextmanager
    def second_gateway(self, dynamic: Path, **environment: str) -> Iterator[Native]:
        """A gateway of its own in front of the same stack, and the stack as seen with that one."""
        web, admin = free_ports(2)
        folder = dynamic.parent
        static = yaml.safe_load((self.var / "gateway" / "traefik.yml").read_text())
        static["entryPoints"]["web"]["address"] = f":{web}"
        static["entryPoints"]["traefik"]["address"] = f"127.0.0.1:{admin}"
        static["providers"]["file"]["directory"] = str(dynamic)
        (folder / "traefik.yml").write_text(yaml.safe_dump(static))
        servers = {
            f"TESSERA_{service.upper()}_SERVERS": ",".join(
                f"http://127.0.0.1:{number}"
                for name, number in self.native.ports.items()
                if name == f"{service}-web" or name.startswith(f"{service}-web-") or name == service == "web"
            )
            for service in (*SERVICES, "web")
        }
        rates = {"TESSERA_RATE_AVERAGE": "5000", "TESSERA_RATE_BURST": "10000"}
        with (self.logs / "gateway.log").open("ab") as log:
            traefik = subprocess.Popen(
                [
                    str(Path(sysconfig.get_path("scripts")) / "traefik"),
                    f"--configFile={folder / 'traefik.yml'}",
                ],
                env={**rates, **servers, "TESSERA_VAR": str(self.var), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            until(lambda: get(admin, "/ping")[0] == 200, 10)
            time.sleep(2.5)  # two health checks
            yield replace(self.native, ports={**self.native.ports, "gateway": web, "gateway-admin": admin})
        finally:
            traefik.kill()
            traefik.wait()


@pytest.fixture(scope="module")
def one_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    var = tmp_path_factory.mktemp("patient") / "var"
    patient = Patient(var, run_environment(var))
    yield patient
    patient.stop()


@pytest.fixture
def patient(one_stack: Patient) -> Patient:
    """The stack of this module, well again, and with nothing in its logs."""

    def is_well() -> bool:
        return [one for one in one_stack.diagnose() if one.severity == Severity.ERROR] == []

    one_stack.forget()
    until(is_well, 60)
    one_stack.forget()
    return one_stack


@pytest.fixture
def dynamic(tmp_path: Path) -> Path:
    """A copy of gateway/dynamic to break."""
    return Path(shutil.copytree(CONFIGURATION / "dynamic", tmp_path / "dynamic"))


def listens(port: int) -> bool:
    return port in listeners()


def test_a_healthy_stack_is_healthy_in_20_runs(patient: Patient) -> None:
    assert [patient.diagnose() for _ in range(20)] == [[]] * 20


def test_the_command_says_healthy_in_words_and_in_json_within_5_s(patient: Patient) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = run("doctor", env=patient.env)
        times.append(time.monotonic() - began)
        assert (done.returncode, done.stdout[:9]) == (0, "healthy: "), done.stdout
    assert min(times) < 5
    told = json.loads(run("doctor", "--json", env=patient.env).stdout)
    assert (told["status"], told["findings"]) == ("healthy", [])
    assert told["checks"] == [check.code for check in CHECKS]


def test_the_listening_sockets_of_a_run_are_those_of_the_port_map(patient: Patient) -> None:
    assert set(listeners_of(patient)) == set(patient.native.ports.values())


def test_a_fault_is_told_by_the_command_with_its_fix_and_status_2(patient: Patient) -> None:
    with patient.without("users-web"):
        done = run("doctor", env=patient.env)
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("ERROR  process-missing: users-web is not running")
    assert second.startswith("    fix: tail -n 20 ")
    assert done.returncode == 2


def test_a_port_that_was_taken_from_a_process(patient: Patient) -> None:
    port = patient.native.ports["web"]
    with patient.without("web"):
        until(lambda: not listens(port), 5)
        with socket.create_server(("127.0.0.1", port)):
            code, cause = patient.headline()
    assert code == "port-taken"
    assert cause.startswith(f"port {port} (web) is held by pid {os.getpid()}: ")


def has_ended(pid: int) -> bool:
    """Whether all its threads are gone, and with the last of them its sockets; a zombie has ended."""
    try:
        state = psutil.Process(pid).status()
        return state == psutil.STATUS_ZOMBIE and len(os.listdir(f"/proc/{pid}/task")) == 1
    except (psutil.NoSuchProcess, FileNotFoundError):
        return True


def test_a_gateway_that_is_down(patient: Patient) -> None:
    with patient.without("gateway"):
        assert patient.headline()[0] == "gateway-down"


def test_a_gateway_that_does_not_answer(patient: Patient) -> None:
    with patient.suspended("gateway"):
        assert patient.headline()[0] == "gateway-silent"


def test_a_service_of_which_no_process_runs_and_the_503_that_it_causes(patient: Patient) -> None:
    with patient.without("tiles-web-1", "tiles-web-2"):
        until(lambda: patient.get("/api/v1/canvases", "r-503") == 503, 5)
        code, cause = patient.headline()
        verdict = patient.explain("r-503")
    assert code == "process-missing"
    assert "503 `no available server`" in cause
    assert verdict.code == "request-by-gateway"
    assert "made by the gateway: no server of that service is alive" in verdict.cause


def test_one_process_of_two_that_is_missing(patient: Patient) -> None:
    with patient.without("tiles-web-2"):
        code, cause = patient.headline()
    assert code == "process-missing"
    assert cause == "tiles-web-2 is not running; the others of that service serve alone"


def test_a_worker_that_is_missing(patient: Patient) -> None:
    with patient.without("users-worker"):
        assert patient.headline() == (
            "process-missing",
            "users-worker is not running; events of that service wait",
        )


def test_a_process_that_is_suspended(patient: Patient) -> None:
    with patient.suspended("tiles-web-1"):
        code, cause = patient.headline()
    assert code == "process-silent"
    assert cause.endswith("is suspended by SIGSTOP")


def test_a_process_that_is_crash_looping(patient: Patient) -> None:
    ended = patient.logs / "supervisor.log"

    def ends_again() -> bool:
        patient.kill("auth-worker")
        return ended.read_text().count("auth-worker ended (") >= 3

    until(ends_again, 30)
    code, cause = patient.headline()
    assert code == "crash-loop"
    assert cause.startswith("auth-worker is crash-looping")


def test_a_secret_that_is_missing(patient: Patient) -> None:
    secret = patient.var / "secrets" / "auth_secret"
    secret.rename(secret.with_suffix(".away"))
    try:
        code, cause = patient.headline()
    finally:
        secret.with_suffix(".away").rename(secret)
    assert code == "secret-missing"
    assert str(secret) in cause


def test_a_clock_that_was_turned_back(patient: Patient) -> None:
    log = patient.logs / "postgres.log"
    os.utime(log, (time.time() + 3600, time.time() + 3600))
    try:
        code, cause = patient.headline()
    finally:
        os.utime(log)
    assert code == "clock-wrong"
    assert "tokens" in cause


def test_a_backend_on_a_wrong_port(patient: Patient, dynamic: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        wrong = f"127.0.0.1:{nobody.getsockname()[1]}"
        with patient.second_gateway(dynamic, TESSERA_TILES_SERVERS=f"http://{wrong}") as native:
            code, cause = patient.headline(native)
    assert code == "backend-wrong"
    assert cause.startswith(f"the gateway sends requests of tiles to {wrong}, where nothing of this stack")


def test_a_502_of_a_backend_on_a_wrong_port(patient: Patient, dynamic: Path) -> None:
    services = dynamic / "services.yml"
    services.write_text(without_health_checks(services.read_text()))
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        wrong = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with patient.second_gateway(dynamic, TESSERA_TILES_SERVERS=wrong) as native:
            assert patient.get("/api/v1/canvases", "r-502", native.ports["gateway"]) == 502
    verdict = patient.explain("r-502")
    assert "502 after" in verdict.cause
    assert f"made by the gateway: the server refused or broke the connection ({wrong}" in verdict.cause


def test_a_backend_that_speaks_another_protocol_and_the_500_that_it_causes(
    patient: Patient, dynamic: Path
) -> None:
    services = dynamic / "services.yml"
    services.write_text(without_health_checks(services.read_text()))
    amqp = f"http://127.0.0.1:{patient.native.ports['rabbitmq-amqp']}"
    with patient.second_gateway(dynamic, TESSERA_TILES_SERVERS=amqp) as native:
        code, cause = patient.headline(native)
        status = patient.get("/api/v1/canvases", "r-500", native.ports["gateway"])
    assert code == "backend-wrong"
    assert "where rabbitmq-amqp listens, which speaks otherwise" in cause
    assert status == 500
    assert "made by the gateway: the server speaks another protocol" in patient.explain("r-500").cause


def test_a_504_of_a_backend_that_does_not_answer(patient: Patient, dynamic: Path) -> None:
    services = dynamic / "services.yml"
    services.write_text(without_health_checks(services.read_text()))
    with (
        patient.second_gateway(dynamic, TESSERA_RESPONSE_TIMEOUT="500ms") as native,
        patient.suspended("tiles-web-1"),
        patient.suspended("tiles-web-2"),
    ):
        assert patient.get("/api/v1/canvases", "r-504", native.ports["gateway"]) == 504
    assert "made by the gateway: the server accepted the request" in patient.explain("r-504").cause


def without_health_checks(services: str) -> str:
    """gateway/dynamic/services.yml with every server taken for a healthy one."""
    kept: list[str] = []
    lines = iter(services.splitlines())
    for line in lines:
        if line.strip() == "healthCheck:":
            for _ in range(3):
                next(lines)
            continue
        kept.append(line)
    text = "\n".join(kept) + "\n"
    ready, alive = (f"{{{{ $service }}}}-{check}@{{{{ $provider }}}}" for check in ("ready", "alive"))
    failover = f"failover:\n        service: {ready}\n        fallback: {alive}"
    assert failover in text
    return text.replace(failover, f"weighted:\n        services:\n          - name: {ready}")


def test_a_service_that_the_gateway_was_not_told_of(patient: Patient, dynamic: Path) -> None:
    with patient.second_gateway(dynamic, TESSERA_USERS_SERVERS="") as native:
        code, cause = patient.headline(native)
    assert code == "backend-missing"
    assert cause.startswith("the gateway knows no server of users")


def test_broken_yaml_behind_a_running_gateway(patient: Patient, dynamic: Path) -> None:
    (dynamic / "tls.yml").write_text("tls: [\n")
    with patient.second_gateway(dynamic) as native:
        code, cause = patient.headline(native)
    assert code == "gateway-no-routes"
    assert "tls.yml: yaml: line 1" in cause


def test_a_router_with_a_middleware_that_does_not_exist(patient: Patient, dynamic: Path) -> None:
    routes = dynamic / "routes.yml"
    routes.write_text(routes.read_text().replace("body-limit", "no-such-limit"))
    with patient.second_gateway(dynamic) as native:
        code, cause = patient.headline(native)
    assert code == "router-disabled"
    assert 'middleware "no-such-limit@file" does not exist' in cause


def test_a_client_that_met_the_rate_limit(patient: Patient, dynamic: Path) -> None:
    limits = {"TESSERA_RATE_AVERAGE": "1", "TESSERA_RATE_BURST": "1"}
    with patient.second_gateway(dynamic, **limits) as native:
        statuses = [patient.get("/api/v1/canvases", f"r-429-{n}", native.ports["gateway"]) for n in range(3)]
        assert statuses[-1] == 429
        assert patient.headline()[0] == "rate-limited"
    assert "its rate limit" in patient.explain("r-429-2").cause


def test_postgres_that_is_down(patient: Patient) -> None:
    with patient.without("postgres"):
        assert patient.headline()[0] == "database-down"


def test_postgres_that_does_not_answer(patient: Patient) -> None:
    began = time.monotonic()
    with patient.suspended("postgres"):
        code, cause = patient.headline()
    assert time.monotonic() - began < 5
    assert code == "database-silent"
    assert "is suspended by SIGSTOP" in cause


def test_a_database_password_that_is_wrong(patient: Patient) -> None:
    with patient.database("postgres") as statements:
        right = (patient.var / "secrets" / "postgres_tiles").read_text()
        statements.execute("ALTER ROLE tiles PASSWORD 'another'")
        try:
            code, cause = patient.headline()
        finally:
            statements.execute("ALTER ROLE tiles PASSWORD %s", (right,))
    assert code == "database-password"
    assert cause.startswith("PostgreSQL refuses the password of tiles")


def test_postgres_without_a_connection_left(patient: Patient) -> None:
    url = (patient.var / "secrets" / "tiles_database_url").read_text()
    with ExitStack() as held:
        with pytest.raises(psycopg2.OperationalError):
            while True:
                held.callback(psycopg2.connect(url).close)
        assert patient.headline()[0] == "database-connections"


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
            "at migration from-tomorrow, which this code does not know",
        ),
    ],
    ids=["no revision", "never migrated", "newer"],
)
def test_a_database_that_is_not_at_the_codes_migration(
    patient: Patient, change: str, back: str, code: str, says: str
) -> None:
    with patient.database("tiles") as statements:
        statements.execute("SELECT version_num FROM alembic_version")
        before = statements.fetchone()
        statements.execute(change)
        try:
            found, cause = patient.headline()
        finally:
            statements.execute(back, before if "%s" in back else None)
    assert found == code
    assert says in cause


def test_rabbitmq_that_is_down(patient: Patient) -> None:
    with patient.without("rabbitmq"):
        assert patient.headline()[0] == "broker-down"


def test_rabbitmq_that_does_not_answer(patient: Patient) -> None:
    with patient.suspended("rabbitmq"):
        code, cause = patient.headline()
    assert code == "broker-silent"
    assert "is suspended by SIGSTOP" in cause


@pytest.mark.parametrize(
    ("resource", "alarm", "calm"),
    [
        ("memory", ("set_vm_memory_high_watermark", "0.00001"), ("set_vm_memory_high_watermark", "0.4")),
        ("disk", ("set_disk_free_limit", "900GB"), ("set_disk_free_limit", "50MB")),
    ],
)
def test_an_alarm_of_rabbitmq(
    patient: Patient, resource: str, alarm: tuple[str, str], calm: tuple[str, str]
) -> None:
    patient.ctl(*alarm)
    try:
        until(lambda: patient.diagnose() != [], 10)  # the broker looks at itself every few seconds
        code, cause = patient.headline()
    finally:
        patient.ctl(*calm)
    assert code == "broker-alarm"
    assert cause.startswith(f"RabbitMQ has a {resource} alarm")


def test_a_broker_password_that_is_wrong(patient: Patient) -> None:
    patient.ctl("change_password", "users", "another")
    try:
        code, cause = patient.headline()
    finally:
        patient.ctl("change_password", "users", (patient.var / "secrets" / "rabbitmq_users").read_text())
    assert code == "broker-password"
    assert cause.startswith("RabbitMQ refuses the password of users")


def test_dead_letters(patient: Patient) -> None:
    patient.publish("tessera.dead", "users.events.dead", b"{}")
    try:
        code, cause = patient.headline()
        shown = run("dead-letters", "users.events", env=patient.env)
    finally:
        patient.ctl("purge_queue", "users.events.dead", "--vhost", "tessera")
    assert code == "dead-letters"
    assert cause.startswith("1 dead letters of users")
    assert "m-1  test" in shown.stdout


def test_a_queue_that_grows_because_its_consumer_cannot_write(patient: Patient) -> None:
    message = tile_created(1).envelope(producer="tiles", traceparent=None).encode().encode()
    with patient.database("users") as statements:
        statements.execute("BEGIN")
        statements.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
        try:
            patient.publish("", "users.events", *[message] * 2500)
            code, cause = patient.headline()
        finally:
            patient.ctl("purge_queue", "users.events", "--vhost", "tessera")
            statements.execute("ROLLBACK")
    assert code == "queue-growing"
    assert cause.startswith("users.events holds")


def test_an_exception_of_an_application_is_found_by_its_request_id(patient: Patient) -> None:
    with patient.database("users") as statements:
        statements.execute("ALTER TABLE profiles RENAME TO away")
        try:
            status = patient.get("/api/v1/users/1", "r-exception")
        finally:
            statements.execute("ALTER TABLE away RENAME TO profiles")
    code, cause = patient.headline()
    done = run("doctor", "--request-id", "r-exception", env=patient.env)
    assert status == 500
    assert code == "application-error"
    assert 'relation "profiles" does not exist' in cause
    first = done.stdout.splitlines()[0]
    assert first.startswith("ERROR  request-application-error: GET /api/v1/users/1 -> 500 after ")
    assert "made by users-web: " in first
    assert "services/users/" in first


def test_a_url_is_asked_and_its_answer_explained(patient: Patient) -> None:
    done = run("doctor", "--url", f"{patient.url}/api/v1/users/1", env=patient.env)
    assert done.returncode == 0
    assert "-> 200 after" in done.stdout
    assert "made by users-web, as it should be" in done.stdout


def test_a_stack_that_does_not_run(tmp_path: Path) -> None:
    env = run_environment(tmp_path)
    findings = diagnose(Native.found(env))
    assert (findings[0].code, findings[0].fix) == ("not-running", "make run")
    assert {one.follows for one in findings[1:]} == {"not-running"}


def test_no_secret_of_the_stack_is_in_what_the_doctor_says(patient: Patient) -> None:
    secrets = [path.read_text() for path in (patient.var / "secrets").iterdir()]
    with patient.database("postgres") as statements:
        statements.execute("ALTER ROLE tiles PASSWORD 'another'")
        try:
            said = run("doctor", "--json", env=patient.env).stdout
        finally:
            right = (patient.var / "secrets" / "postgres_tiles").read_text()
            statements.execute("ALTER ROLE tiles PASSWORD %s", (right,))
    assert '"database-password"' in said
    assert [secret for secret in secrets if secret in said] == []
