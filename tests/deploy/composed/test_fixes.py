"""The commands that the doctor prints about a fault under Compose end it."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.compose import COMPOSE_SECONDS
from tests.support.compose_under_test import ComposeStackUnderTest
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


@pytest.mark.parametrize(
    "name", ["docker-api-1", "postgres-1", "rabbitmq-1", "users-worker-1", "tiles-web-1", "gateway-1"]
)
def test_a_container_that_was_killed_is_started_by_the_fix(
    under_test: ComposeStackUnderTest, name: str
) -> None:
    under_test.docker("kill", under_test.name(name))
    cause = under_test.first_line("container-down")
    assert cause.startswith(f"{name} is exited")
    for step in under_test.diagnose()[0].fix.splitlines():
        done = subprocess.run(
            step, shell=True, env=under_test.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (step, done.stdout, done.stderr)
    until(lambda: "container-down" not in [one.code for one in under_test.diagnose()])
