"""The doctor names in its first line each fault of a real stack under Compose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.compose import COMPOSE_SECONDS
from tests.deploy.composed.patient import Patient
from tests.deploy.test_process import until

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


@pytest.mark.parametrize("name", ["gateway-1", "docker-api-1", "postgres-1", "rabbitmq-1", "users-worker-1"])
def test_a_container_that_was_stopped(patient: Patient, name: str) -> None:
    with patient.stopped(name):
        cause = patient.first_line("container-down")
    assert cause.startswith(f"{name} is exited with status ")


def test_a_container_that_was_removed(patient: Patient) -> None:
    patient.docker("rm", "--force", patient.name("frontend-1"))
    try:
        assert patient.first_line("container-down") == "frontend-1 has no container"
    finally:
        patient.project.compose("up", "--detach", "--no-deps", "--no-build", "frontend")


def test_a_service_of_which_no_container_runs_and_the_503_that_it_causes(patient: Patient) -> None:
    with patient.stopped("users-web-1"):
        until(lambda: patient.get("/api/v1/users/1", "r-503") == 503, 5)
        cause = patient.first_line("container-down")
        verdict = patient.explain("r-503")
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
def test_a_container_that_does_not_answer(patient: Patient, name: str, code: str) -> None:
    with patient.paused(name):
        cause = patient.first_line(code)
    assert patient.name(name) in cause


def test_a_container_that_is_crash_looping(patient: Patient, tmp_path: Path) -> None:
    with patient.changed("users-worker", {"command": ["work"]}, tmp_path):  # there is no such verb
        cause = patient.first_line("crash-loop")
    assert cause.startswith("users-worker-1 is crash-looping")


def test_a_container_that_runs_out_of_memory(patient: Patient, tmp_path: Path) -> None:
    limits = {"deploy": {"resources": {"limits": {"memory": "40M"}}}}  # it needs twice that
    with patient.changed("users-web", limits, tmp_path):
        cause = patient.first_line("out-of-memory")
    assert cause.startswith("users-web-1 ran out of memory: the kernel killed it at its limit of 40 MiB")


def test_a_container_that_is_not_on_the_network_of_the_gateway(patient: Patient) -> None:
    network, name = f"{patient.project.name}_edge", patient.name("users-web-1")
    patient.docker("network", "disconnect", network, name)
    try:
        cause = patient.first_line("network-missing")
    finally:
        patient.docker("network", "connect", "--alias=users-web", network, name)
    assert cause.startswith(f"users-web-1 is not on the network {network}")


def test_a_gateway_that_publishes_no_port(patient: Patient, tmp_path: Path) -> None:
    with patient.changed("gateway", "ports: !reset []", tmp_path):
        cause = patient.first_line("port-unpublished")
    ports = " and ".join(map(str, sorted(patient.project.ports.values())))
    assert cause.startswith(f"no port leads to the gateway: its container does not publish {ports}")


def test_a_process_that_listens_inside_its_container_only(patient: Patient, tmp_path: Path) -> None:
    with patient.changed("users-web", {"environment": {"USERS_BIND": "127.0.0.1:8000"}}, tmp_path):
        cause = patient.first_line("only-loopback")
    assert cause.startswith("users-web-1 listens on 127.0.0.1:8000 only")


def test_a_label_with_a_wrong_port(patient: Patient, tmp_path: Path) -> None:
    labels = {
        f"traefik.http.services.users-{check}.loadbalancer.server.port": "9000"
        for check in ("ready", "alive")
    }
    with patient.changed("users-web", {"labels": labels}, tmp_path):
        cause = patient.first_line("backend-wrong")
    assert "the gateway sends requests of users to " in cause
    assert ":9000, where nothing of this stack listens" in cause


def test_a_certificate_that_has_expired(patient: Patient) -> None:
    file = patient.secret("gateway_certificate")
    right, key = file.read_text(), patient.secret("gateway_certificate_key").read_text()
    file.write_text(expired(key))  # in place: the container has this file mounted
    try:
        patient.docker("restart", "--time=0", patient.name("gateway-1"))
        cause = patient.first_line("certificate-invalid")
    finally:
        file.write_text(right)
        patient.docker("restart", "--time=0", patient.name("gateway-1"))
    assert cause.startswith(f"the certificate of {patient.url} expired on ")


def expired(key_pem: str) -> str:
    """A certificate for that key whose time was over yesterday."""
    key = serialization.load_pem_private_key(key_pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now - timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_a_secret_that_is_missing(patient: Patient) -> None:
    secret = patient.secret("auth_secret")
    secret.rename(secret.with_suffix(".away"))
    try:
        cause = patient.first_line("secret-missing")
    finally:
        secret.with_suffix(".away").rename(secret)
    assert str(secret) in cause


def test_a_database_password_that_is_wrong_and_no_secret_is_told(patient: Patient) -> None:
    right = patient.secret("postgres_tiles").read_text()
    with patient.sql(
        "postgres", "ALTER ROLE tiles PASSWORD 'another'", f"ALTER ROLE tiles PASSWORD '{right}'"
    ):
        cause = patient.first_line("database-password")
        said = patient.deploy("doctor", "--json").stdout
    assert cause.startswith("PostgreSQL refuses the password of tiles")
    secrets = [path.read_text().strip() for path in (patient.project.var.root / "secrets").iterdir()]
    assert '"database-password"' in said
    assert [secret for secret in secrets if secret in said] == []


def test_postgres_without_a_connection_left(patient: Patient) -> None:
    with patient.sql(
        "postgres", "ALTER ROLE tiles CONNECTION LIMIT 0", "ALTER ROLE tiles CONNECTION LIMIT -1"
    ):
        patient.first_line("database-connections")


def test_a_database_that_was_never_migrated(patient: Patient) -> None:
    with patient.sql(
        "tiles", "ALTER TABLE alembic_version RENAME TO away", "ALTER TABLE away RENAME TO alembic_version"
    ):
        cause = patient.first_line("migrations-missing")
    assert "the database of tiles" in cause


def test_a_broker_password_that_is_wrong(patient: Patient) -> None:
    patient.ctl("change_password", "users", "another")
    try:
        cause = patient.first_line("broker-password")
    finally:
        patient.ctl("change_password", "users", patient.secret("rabbitmq_users").read_text())
    assert cause.startswith("RabbitMQ refuses the password of users")


def test_an_alarm_of_rabbitmq(patient: Patient) -> None:
    patient.ctl("set_disk_free_limit", "9000GB")
    try:
        cause = patient.first_line("broker-alarm")
    finally:
        patient.ctl("set_disk_free_limit", "1GB")
    assert cause.startswith("RabbitMQ has a disk alarm")


def test_an_exception_of_an_application_is_found_by_its_request_id(patient: Patient) -> None:
    with patient.sql("users", "ALTER TABLE profiles RENAME TO away", "ALTER TABLE away RENAME TO profiles"):
        status = patient.get("/api/v1/users/1", "r-exception")
    done = patient.deploy("doctor", "--request-id", "r-exception")
    assert status == 500
    first = done.stdout.splitlines()[0]
    assert first.startswith("ERROR  request-application-error: GET /api/v1/users/1 -> 500 after ")
    assert 'relation "profiles" does not exist' in first
    assert "services/users/" in first
