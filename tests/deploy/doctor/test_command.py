"""What the command says of a healthy stack, of an ill one and of none; and what it never says."""

from __future__ import annotations

import json
import time
from pathlib import Path

from deploy.checks.doctor import CHECKS, diagnose
from deploy.checks.gatherers.native import NativeGatherer
from tests.support.busy import here
from tests.support.commands import run
from tests.support.stack import listeners_of, run_environment
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import PATIENCE


def test_a_healthy_stack_is_healthy_in_20_runs(under_test: StackUnderTest) -> None:
    runs = [diagnose(NativeGatherer.from_environ(under_test.env), seconds=PATIENCE) for _ in range(20)]
    # On a busy machine it may say that it could not look at something, which is true.
    said = [[one for one in findings if one.code != "check-failed"] for findings in runs]
    assert said == [[]] * 20
    assert [] in runs


def test_the_command_says_healthy_in_words_and_in_json_within_5_s(under_test: StackUnderTest) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = run("doctor", env=under_test.env)
        times.append(time.monotonic() - began)
        # On a busy machine it may say that it could not look at something, which is true.
        assert done.stdout.startswith(("healthy: ", "WARNING  check-failed: ")), done.stdout
    assert min(times) < here(5)
    told = json.loads(run("doctor", "--json", env=under_test.env).stdout)
    assert [one["code"] for one in told["findings"] if one["code"] != "check-failed"] == []
    assert told["checks"] == [check.code for check in CHECKS]


def test_the_listening_sockets_of_a_run_are_those_of_the_port_map(under_test: StackUnderTest) -> None:
    assert set(listeners_of(under_test)) == set(under_test.native.ports.values())


def test_a_fault_is_told_by_the_command_with_its_fix_and_status_2(under_test: StackUnderTest) -> None:
    with under_test.without("users-web"):
        done = run("doctor", env=under_test.env)
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("ERROR  process-missing: users-web is not running")
    assert second.startswith("    fix: tail -n 20 ")
    assert done.returncode == 2


def test_a_url_is_asked_and_its_answer_explained(under_test: StackUnderTest) -> None:
    done = run("doctor", "--url", f"{under_test.url}/api/v1/users/1", env=under_test.env)
    assert done.returncode == 0
    assert "-> 200 after" in done.stdout
    assert "made by users-web, as expected" in done.stdout


def test_a_stack_that_does_not_run(tmp_path: Path) -> None:
    env = run_environment(tmp_path)
    findings = diagnose(NativeGatherer.from_environ(env))
    assert (findings[0].code, findings[0].fix) == ("not-running", "make run")
    assert {one.follows for one in findings[1:]} == {"not-running"}


def test_no_secret_of_the_stack_is_in_what_the_doctor_says(under_test: StackUnderTest) -> None:
    secrets = [path.read_text() for path in (under_test.var / "secrets").iterdir()]
    with under_test.database("postgres") as statements:
        statements.execute("ALTER ROLE tiles PASSWORD 'another'")
        try:
            said = run("doctor", "--json", env=under_test.env).stdout
        finally:
            right = (under_test.var / "secrets" / "postgres_tiles").read_text()
            statements.execute("ALTER ROLE tiles PASSWORD %s", (right,))
    assert '"database-password"' in said
    assert [secret for secret in secrets if secret in said] == []
