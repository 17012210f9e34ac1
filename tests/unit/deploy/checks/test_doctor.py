"""The doctor looks twice before it names what may pass by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from deploy.checks import doctor
from deploy.checks.facts.machine import Workload
from deploy.checks.facts.probe_client import HttpResult
from deploy.checks.facts.processes import ProcessState, ProcessStates
from deploy.checks.facts.run import Run
from deploy.checks.gatherers.native import NativeGatherer
from deploy.stack.load import Load
from tests.support.facts import RUN

Look = Callable[..., list[str]]


def process(health: HttpResult) -> ProcessStates:
    return ProcessStates((ProcessState("tiles-web-1", "tiles", "web", "pid 7", False, health, health),))


SILENT, ANSWERING = process(HttpResult(0, error="timeout")), process(HttpResult(200))


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    """`look(states, load=1)` is what the doctor finds if it sees these states one after the other."""
    monkeypatch.setattr(doctor, "SECOND_LOOK_SECONDS", 0)

    def look(*states: ProcessStates, load: float = 1) -> list[str]:
        seen: Iterator[ProcessStates] = iter(states)
        sources = {
            Run: lambda: RUN,
            ProcessStates: lambda: next(seen),
            Workload: lambda: Workload(Load(load, 1)),
        }
        monkeypatch.setattr(doctor, "list_sources", lambda _: sources)
        found = doctor.diagnose(NativeGatherer.__new__(NativeGatherer))
        return [one.code for one in found if one.code != "check-failed"]

    return look


def test_a_process_that_answers_at_the_second_look_is_not_named(look: Look) -> None:
    assert look(SILENT, ANSWERING) == []


def test_a_process_that_is_silent_twice_is_named(look: Look) -> None:
    assert look(SILENT, SILENT) == ["process-silent"]


def test_an_overloaded_machine_is_looked_at_once(look: Look) -> None:
    assert look(SILENT, load=60) == ["machine-overloaded", "process-silent"]
