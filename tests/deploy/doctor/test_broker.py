"""RabbitMQ and its queues: the doctor's first line names the fault."""

from __future__ import annotations

import pytest

from deploy.stack.parts.process import get
from tests.support.commands import run
from tests.support.messaging import tile_created
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import until


def test_rabbitmq_is_down(under_test: StackUnderTest) -> None:
    with under_test.without("rabbitmq"):
        under_test.first_line("broker-down")


def test_rabbitmq_does_not_answer(under_test: StackUnderTest) -> None:
    with under_test.suspended("rabbitmq"):
        until(lambda: get(under_test.native.ports["users-worker"], "/ready")[0] == 503)
        cause = under_test.first_line("broker-silent")
        findings = under_test.diagnose()
    assert "is suspended" in cause
    # The workers that are not ready are its consequence, and nothing is to be done to them.
    workers = [one for one in findings if one.code == "process-not-ready"]
    assert {one.follows for one in workers} == {"broker-silent"}
    assert [one.fix for one in findings if one.fix.startswith("kill") and "-CONT" not in one.fix] == []


@pytest.mark.parametrize(
    ("resource", "alarm", "calm"),
    [
        ("memory", ("set_vm_memory_high_watermark", "0.00001"), ("set_vm_memory_high_watermark", "0.4")),
        ("disk", ("set_disk_free_limit", "900GB"), ("set_disk_free_limit", "50MB")),
    ],
)
def test_an_alarm_of_rabbitmq(
    under_test: StackUnderTest, resource: str, alarm: tuple[str, str], calm: tuple[str, str]
) -> None:
    under_test.ctl(*alarm)
    try:
        until(lambda: under_test.diagnose() != [])  # the broker looks at itself every few seconds
        cause = under_test.first_line("broker-alarm")
    finally:
        under_test.ctl(*calm)
    assert cause.startswith(f"RabbitMQ has a {resource} alarm")


def test_a_wrong_broker_password(under_test: StackUnderTest) -> None:
    under_test.ctl("change_password", "users", "another")
    try:
        cause = under_test.first_line("broker-password")
    finally:
        under_test.ctl(
            "change_password", "users", (under_test.var / "secrets" / "rabbitmq_users").read_text()
        )
    assert cause.startswith("RabbitMQ rejects the password of users")


def test_a_virtual_host_without_rights(under_test: StackUnderTest) -> None:
    under_test.ctl("clear_permissions", "--vhost", "tessera", "users")
    try:
        cause = under_test.first_line("broker-vhost")
    finally:
        under_test.ctl("set_permissions", "--vhost", "tessera", "users", ".*", ".*", ".*")
    assert cause.startswith("RabbitMQ does not let users into its virtual host: it does not exist, or ")


def test_dead_letters(under_test: StackUnderTest) -> None:
    under_test.publish("tessera.dead", "users.events.dead", b"{}")
    try:
        cause = under_test.first_line("dead-letters")
        shown = run("dead-letters", "users.events", env=under_test.env)
    finally:
        under_test.ctl("purge_queue", "users.events.dead", "--vhost", "tessera")
    assert cause.startswith("users.events.dead holds 1 dead letters")
    assert '"id":"m-1","type":"test"' in shown.stdout


def test_a_queue_that_waits_for_a_locked_table_follows_from_who_holds_it(
    under_test: StackUnderTest,
) -> None:
    message = tile_created(1).envelope(producer="tiles", traceparent=None).encode().encode()
    with under_test.database("users") as statements:
        statements.execute("BEGIN")
        statements.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
        try:
            under_test.publish("", "users.events", *[message] * 2500)
            cause = under_test.first_line("database-blocked")
            until(lambda: "queue-growing" in {one.code for one in under_test.diagnose()})
        finally:
            under_test.ctl("purge_queue", "users.events", "--vhost", "tessera")
            statements.execute("ROLLBACK")
    assert cause.endswith("its last statement: LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
