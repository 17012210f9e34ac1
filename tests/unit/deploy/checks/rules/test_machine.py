"""What is found of the machine."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.checks.facts.machine import Machine
from deploy.checks.rules.machine import MIB
from tests.support.facts import codes


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"disk_free": 100 * MIB}, "disk-full"),
        ({"disk_free": 500 * MIB}, "disk-low"),
        ({"memory_available": 100 * MIB}, "memory-low"),
        ({"ahead": 60.0}, "clock-wrong"),
    ],
)
def test_a_state_of_the_machine_is_found(changes: dict[str, Any], code: str | None) -> None:
    plain: dict[str, Any] = {
        "disk_free": 9000 * MIB,
        "disk_path": "/var",
        "memory_available": 9000 * MIB,
        "newest": "files",
        "ahead": -1.0,
    }
    assert codes(Machine(**(plain | changes))) == ([code] if code else [])
