"""What the command says of a healthy stack, of an ill one and of none; and what it never says."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.deploy.checks.doctor.patient import Patient

from deploy.checks.doctor.checks import CHECKS
from deploy.checks.doctor.native import Native
from deploy.commands.doctor import diagnose
from tests.busy import here
from tests.deploy.test_ports import run
from tests.deploy.test_stack import listeners_of
from tests.stack import run_environment


def test_a_healthy_stack_is_healthy_in_20_runs(patient: Patient) -> None:
    runs = [diagnose(Native.found(patient.env), seconds=30) for _ in range(20)]
    # On a busy machine it may say that it could not look at something, which is true.
    said = [[one for one in findings if one.code != "check-failed"] for findings in runs]
    assert said == [[]] * 20
    assert [] in runs


def test_the_command_says_healthy_in_words_and_in_json_within_5_s(patient: Patient) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = run("doctor", env=patient.env)
        times.append(time.monotonic() - began)
        # On a busy machine it may say that it could not look at something, which is true.
        assert done.stdout.startswith(("healthy: ", "WARNING  check-failed: ")), done.stdout
    assert min(times) < here(5)
    told = json.loads(run("doctor", "--json", env=patient.env).stdout)
    assert [one["code"] for one in told["findings"] if one["code"] != "check-failed"] == []
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
