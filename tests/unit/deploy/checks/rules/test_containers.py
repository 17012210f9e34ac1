"""What is found of containers and of the certificate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.checks.facts.containers import Certificate, Container, Containers
from deploy.checks.rules.machine import MIB
from tests.support.facts import codes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"state": "exited"}, "container-down"),
        ({"state": "missing"}, "container-down"),
        ({"state": "created", "error": "port is already allocated"}, "container-down"),
        ({"service": "tiles-migrate", "state": "exited"}, None),
        ({"service": "tiles-migrate", "state": "exited", "exit_code": 1}, "container-down"),
        ({"missing_networks": ("tessera_edge",)}, "network-missing"),
        ({"unpublished": (80, 443)}, "port-unpublished"),
        ({"only_loopback": "127.0.0.1:8000"}, "only-loopback"),
        ({"killed_for_memory": True, "memory_limit": 256 * MIB}, "out-of-memory"),
    ],
)
def test_a_state_of_a_container_is_found(changes: dict[str, Any], code: str | None) -> None:
    plain: dict[str, Any] = {"name": "tiles-web-1", "service": "tiles-web", "state": "running"}
    assert codes(Containers("tessera", (Container(**(plain | changes)),))) == ([code] if code else [])


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (-30, 60, None),
        (-30, 10, "certificate-ending"),
        (-30, -1, "certificate-invalid"),
        (1, 60, "certificate-invalid"),
    ],
)
def test_a_certificate_is_judged_by_its_dates(starts: int, ends: int, code: str | None) -> None:
    now = datetime.now(UTC)
    served = Certificate("https://localhost", now + timedelta(starts), now + timedelta(ends))
    assert codes(served) == ([code] if code else [])
