"""The doctor finds nothing wrong with a healthy stack under Compose; first, while its logs are empty."""

from __future__ import annotations

import json
import time

import pytest

from deploy.checks.doctor import CHECKS
from tests.support.busy import TRUE_FINDINGS, here, without_load
from tests.support.compose import COMPOSE_SECONDS
from tests.support.compose_under_test import ComposeStackUnderTest
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


def test_a_healthy_stack_is_healthy_in_20_runs(under_test: ComposeStackUnderTest) -> None:
    # The gateway's health checks of a stack that has just started may still be under way.
    until(lambda: {one.code for one in under_test.diagnose()} <= TRUE_FINDINGS)
    runs = [under_test.diagnose() for _ in range(20)]
    unexpected = [[one for one in findings if one.code not in TRUE_FINDINGS] for findings in runs]
    assert unexpected == [[]] * 20
    assert [] in map(without_load, runs)


def test_the_command_reports_healthy_as_text_and_json_within_5_s(under_test: ComposeStackUnderTest) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        done = under_test.deploy("doctor")
        times.append(time.monotonic() - began)
        true = ("healthy: ", *(f"WARNING  {code}: " for code in sorted(TRUE_FINDINGS)))
        assert done.stdout.startswith(true), done.stdout
    assert min(times) < here(5)
    printed = json.loads(under_test.deploy("doctor", "--json").stdout)
    assert {one["code"] for one in printed["findings"]} <= TRUE_FINDINGS
    assert printed["checks"] == [check.code for check in CHECKS]


def test_a_url_is_requested_and_its_response_explained(under_test: ComposeStackUnderTest) -> None:
    done = under_test.deploy("doctor", "--url", f"{under_test.url}/api/v1/users/1")
    assert done.returncode == 0, done.stdout
    instance = under_test.containers("users-web")[0][:12]
    assert "-> 404 after" in done.stdout or "-> 200 after" in done.stdout
    assert f"made by {instance}" in done.stdout
