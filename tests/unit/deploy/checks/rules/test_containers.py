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
        ({"nameless_networks": ("tessera_data",)}, "alias-missing"),
        ({"service": "docker-api", "state": "paused"}, "container-paused"),
        ({"service": "backup", "state": "paused"}, "container-paused"),
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
    served = Certificate("https://localhost", now + timedelta(starts), now + timedelta(ends), ("localhost",))
    assert codes(served) == ([code] if code else [])


@pytest.mark.parametrize(("days", "found"), [(396, []), (394, ["authority-ending"])])
def test_an_authority_is_named_while_its_certificates_are_still_valid_for_a_year(
    days: int, found: list[str]
) -> None:
    now = datetime.now(UTC)
    served = Certificate("https://localhost", now, now + timedelta(60), ("localhost",), now + timedelta(days))
    assert codes(served) == found


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (("art.example", "localhost"), None),
        (("*.example",), None),
        (("ART.example",), None),
        (("example",), "certificate-name"),
        (("*.art.example",), "certificate-name"),
        (("*.other", "127.0.0.1"), "certificate-name"),
        ((), "certificate-name"),
    ],
)
def test_a_certificate_is_for_the_host_of_the_stack(names: tuple[str, ...], code: str | None) -> None:
    now = datetime.now(UTC)
    served = Certificate("https://art.example:8443", now - timedelta(1), now + timedelta(60), names)
    assert codes(served) == ([code] if code else [])


def test_containers_of_one_service_from_two_images_are_found() -> None:
    def container(name: str, service: str, image: str) -> Container:
        return Container(name, service, "running", image=image)

    same = (container("tiles-web-1", "tiles-web", "a"), container("tiles-worker-1", "tiles-worker", "a"))
    other = (container("tiles-web-2", "tiles-web", "b"), container("users-web-1", "users-web", "c"))
    assert codes(Containers("tessera", same)) == []
    assert codes(Containers("tessera", (*same, *other))) == ["versions-mixed"]
