"""RabbitMQ and its queues: the doctor's first line names what is wrong with them."""

from __future__ import annotations

import pytest
from tests.deploy.checks.doctor.patient import Patient

from tests.deploy.test_ports import run
from tests.deploy.test_process import until
from tests.services.messaging.traffic import tile_created


def test_rabbitmq_that_is_down(patient: Patient) -> None:
    with patient.without("rabbitmq"):
        assert patient.headline()[0] == "broker-down"


def test_rabbitmq_that_does_not_answer(patient: Patient) -> None:
    with patient.suspended("rabbitmq"):
        code, cause = patient.headline()
    assert code == "broker-silent"
    assert "is suspended" in cause


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
