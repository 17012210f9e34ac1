"""Each service has its own share of PostgreSQL's connections."""

from __future__ import annotations

import re

import pytest

from deploy.stack.connections import CONNECTION_LIMITS, MAX_CONNECTIONS, check_connections
from deploy.stack.errors import DeployError
from deploy.stack.state_dir import REPOSITORY

COMPOSE = REPOSITORY / "deploy" / "compose"


def test_all_services_together_leave_connections_for_the_operator() -> None:
    assert sum(CONNECTION_LIMITS.values()) <= MAX_CONNECTIONS - 20


def test_compose_makes_its_roles_with_the_same_limits() -> None:
    script = (COMPOSE / "databases.sh").read_text()
    assert {name: int(limit) for name, limit in re.findall(r"\[(\w+)\]=(\d+)", script)} == CONNECTION_LIMITS
    assert f"max_connections={MAX_CONNECTIONS}," in (COMPOSE / "base.yml").read_text()


@pytest.mark.parametrize(("service", "most"), [("auth", 7), ("users", 7), ("tiles", 18)])
def test_more_processes_than_there_are_connections_for_are_refused_with_numbers(
    service: str, most: int
) -> None:
    check_connections(service, most, "scale")
    with pytest.raises(DeployError) as refused:
        check_connections(service, most + 1, "scale")
    needed = 10 * (most + 2) + 1
    assert f"scale: {most + 1} web processes" in str(refused.value)
    assert f"{needed} connections" in str(refused.value)
    assert f"enough for {most} web processes" in str(refused.value)


def test_the_frontend_has_no_connections_to_run_out_of() -> None:
    check_connections("frontend", 32, "scale")
