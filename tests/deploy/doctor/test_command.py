"""What the command prints about a healthy stack, a faulty one and none, and what it never prints."""

from __future__ import annotations

import json
import time
from pathlib import Path

from deploy.checks.doctor import CHECKS, diagnose
from deploy.checks.gatherers.native import NativeGatherer
from deploy.stack.command_line import command_line
from tests.support.busy import TRUE_FINDINGS, here, without_load
from tests.support.commands import run
from tests.support.stack import listeners_of, run_environment
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import PATIENCE, until


def test_a_healthy_stack_is_healthy_in_50_runs(under_test: StackUnderTest) -> None:
    # The gateway's health checks of a stack that has just started may still be under way.
    until(lambda: {one.code for one in under_test.diagnose()} <= TRUE_FINDINGS)
    runs = [diagnose(NativeGatherer.from_environ(under_test.env), seconds=PATIENCE) for _ in range(50)]
    unexpected = [[one for one in findings if one.code not in TRUE_FINDINGS] for findings in runs]
    assert unexpected == [[]] * 50
    assert [] in map(without_load, runs)


def test_the_command_reports_healthy_as_text_and_json_within_5_s(under_test: StackUnderTest) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = run("doctor", env=under_test.env)
        times.append(time.monotonic() - began)
        true = ("healthy: ", *(f"WARNING  {code}: " for code in sorted(TRUE_FINDINGS)))
        assert done.stdout.startswith(true), done.stdout
    assert min(times) < here(5)
    printed = json.loads(run("doctor", "--json", env=under_test.env).stdout)
    assert {one["code"] for one in printed["findings"]} <= TRUE_FINDINGS
    assert printed["checks"] == [check.code for check in CHECKS]


def test_a_run_listens_on_the_ports_of_the_map_only(under_test: StackUnderTest) -> None:
    assert set(listeners_of(under_test)) == set(under_test.native.ports.values())


def test_the_command_prints_a_fault_with_its_fix_and_exits_with_2(under_test: StackUnderTest) -> None:
    with under_test.without("users-web"):
        done = run("doctor", env=under_test.env)
    first, second = done.stdout.splitlines()[:2]
    assert first.startswith("ERROR  process-missing: users-web is not running")
    assert second.startswith("    fix: tail -n 20 ")
    assert done.returncode == 2


def test_a_url_is_requested_and_its_response_explained(under_test: StackUnderTest) -> None:
    done = run("doctor", "--url", f"{under_test.url}/api/v1/users/1", env=under_test.env)
    assert done.returncode == 0
    assert "-> 200 after" in done.stdout
    assert "made by users-web, as expected" in done.stdout


def test_a_stack_that_does_not_run(tmp_path: Path) -> None:
    env = run_environment(tmp_path)
    findings = without_load(diagnose(NativeGatherer.from_environ(env)))
    assert (findings[0].code, findings[0].fix) == ("not-running", command_line("run"))
    assert {one.follows for one in findings[1:]} == {"not-running"}


def test_the_doctor_prints_no_secret(under_test: StackUnderTest) -> None:
    secrets = [path.read_text() for path in (under_test.var / "secrets").iterdir()]
    with under_test.database("postgres") as statements:
        statements.execute("ALTER ROLE tiles PASSWORD 'another'")
        try:
            output = run("doctor", "--json", env=under_test.env).stdout
        finally:
            right = (under_test.var / "secrets" / "postgres_tiles").read_text()
            statements.execute("ALTER ROLE tiles PASSWORD %s", (right,))
    assert '"database-password"' in output
    assert [secret for secret in secrets if secret in output] == []
