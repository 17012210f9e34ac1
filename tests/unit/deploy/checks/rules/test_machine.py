"""What is found of the machine."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deploy.checks.facts.clock import SAME_CLOCK, BrokerClock, ClockOffset
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.machine import Machine, Workload
from deploy.checks.rules.machine import MIB
from deploy.stack.load import Load
from tests.support.facts import codes, database_state, findings


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


def test_an_overload_is_told_with_those_who_cause_it() -> None:
    [found] = findings(Workload(Load(60, 2), ("yes (58)", "python3 (2)")))
    assert found.cause == "this machine is overloaded: load 60 on 2 cores, mostly by yes (58), python3 (2)"
    assert codes(Workload(Load(8, 2))) == []


@pytest.mark.parametrize(
    ("database", "broker", "found"),
    [
        (SAME_CLOCK, SAME_CLOCK, []),
        (SAME_CLOCK, None, []),
        (ClockOffset(0.9, 0.95), ClockOffset(-0.95, -0.9), []),
        (
            ClockOffset(0.5, 3.0),
            ClockOffset(-3.0, -0.5),
            [],
        ),  # a slow round trip: they may agree
        (
            ClockOffset(1.1, 1.2),
            SAME_CLOCK,
            ["PostgreSQL at 127.0.0.1:1: +1.1 s"],
        ),
        (SAME_CLOCK, ClockOffset(-2.5, -2.4), ["RabbitMQ: -2.4 s"]),
    ],
)
def test_a_clock_that_is_certainly_off_by_more_than_a_second_is_found(
    database: ClockOffset, broker: ClockOffset | None, found: list[str]
) -> None:
    # Three services use one server, whose clock is named once.
    databases = DatabaseStates((database_state(clock=database),) * 3)
    skewed = [one for one in findings(databases, BrokerClock(broker)) if one.code == "clock-skew"]
    shorten = re.compile(r"the clock of (.*) differs from this machine's by (.*)")
    assert [shorten.sub(r"\1: \2", one.cause) for one in skewed] == found
