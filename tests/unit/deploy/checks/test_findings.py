"""How findings are ordered and printed, and what becomes of facts that cannot be read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.checks.findings import (
    Cause,
    Check,
    Facts,
    Severity,
    Unknown,
    as_json,
    as_text,
    check,
    examine,
    gather,
    steps,
    worst,
)


@dataclass(frozen=True)
class TrafficLight:
    colour: str


def red(facts: Facts) -> Iterator[Cause]:
    if facts[TrafficLight].colour == "red":
        yield Cause("it is red", "sleep 60")


def table(*rows: tuple[str, Severity, tuple[str, ...]]) -> tuple[Check, ...]:
    return tuple(
        Check(code, "test", severity, "it is green", red, follows) for code, severity, follows in rows
    )


def codes(rows: tuple[Check, ...], facts: Facts) -> list[str]:
    return [one.code for one in examine(rows, facts)]


RED = Facts({TrafficLight: TrafficLight("red")})


def test_a_declaration_holds_all_that_the_checklist_shows() -> None:
    @check("light-red", "road", Severity.WARNING, holds="it is green", follows=("power-*",))
    def light_red(_: Facts) -> Iterator[Cause]:
        """Cars wait."""
        yield Cause("it is red", "sleep 60")

    assert (light_red.code, light_red.area, light_red.severity) == ("light-red", "road", Severity.WARNING)
    assert (light_red.holds, light_red.otherwise, light_red.follows) == (
        "it is green",
        "Cars wait.",
        ("power-*",),
    )


def test_errors_precede_warnings_and_otherwise_the_table_decides() -> None:
    rows = table(("a", Severity.WARNING, ()), ("b", Severity.ERROR, ()), ("c", Severity.ERROR, ()))
    assert codes(rows, RED) == ["b", "c", "a"]


def test_what_happened_comes_after_what_is() -> None:
    before = Check("before", "t", Severity.ERROR, "", red, past=True)
    now = Check("now", "t", Severity.WARNING, "", red)
    assert codes((before, now), RED) == ["now", "before"]


def test_a_check_that_could_not_run_comes_before_what_happened() -> None:
    before = Check("before", "t", Severity.WARNING, "", red, past=True)

    def unable(_: Facts) -> Iterator[Cause]:
        raise Unknown("it is dark")

    assert codes((before, Check("now", "t", Severity.ERROR, "", unable)), RED) == ["check-failed", "before"]


def test_a_consequence_follows_its_cause_and_names_it() -> None:
    rows = table(("a", Severity.ERROR, ("cause-*",)), ("cause-1", Severity.ERROR, ()))
    first, second = examine(rows, RED)
    assert (first.code, second.code, second.follows) == ("cause-1", "a", "cause-1")


def test_as_text_consequences_are_only_listed_below_the_first_cause() -> None:
    rows = table(
        ("root", Severity.ERROR, ()), ("twig", Severity.ERROR, ("root",)), ("leaf", Severity.ERROR, ("twig",))
    )
    assert as_text(examine(rows, RED)).splitlines() == [
        "ERROR  root: it is red",
        "    fix: sleep 60",
        "    read: docs/checklist.md#root",
        "    then: twig",
        "    then: leaf",
    ]


def test_each_step_of_a_fix_is_a_line_of_its_own() -> None:
    @check("light-red", "road", Severity.ERROR, holds="it is green")
    def light_red(_: Facts) -> Iterator[Cause]:
        yield Cause("it is red", steps("sleep 60", "Then look again."))

    found = examine((light_red,), RED)
    assert as_text(found).splitlines()[1:3] == ["    fix: sleep 60", "    fix: Then look again."]
    assert as_json(found)[0]["fix"] == "sleep 60\nThen look again."


def test_without_its_cause_a_consequence_is_the_first_line() -> None:
    [found] = examine(table(("a", Severity.ERROR, ("cause-*",))), RED)
    assert found.follows is None
    assert found.read == "docs/checklist.md#a"


def test_no_finding_means_healthy() -> None:
    green = Facts({TrafficLight: TrafficLight("green")})
    assert examine(table(("a", Severity.ERROR, ())), green) == []
    assert worst([]) == Severity.INFO


def test_an_unknown_fact_is_reported_once_and_stops_no_other_check() -> None:
    def always(_: Facts) -> Iterator[Cause]:
        yield Cause("always", "true")

    rows = (
        *table(("a", Severity.ERROR, ()), ("b", Severity.ERROR, ())),
        Check("c", "t", Severity.ERROR, "", always),
    )
    found = examine(rows, Facts({TrafficLight: Unknown("it is dark")}))
    assert [one.code for one in found] == ["c", "check-failed"]
    assert found[1].cause == "could not check a, b: it is dark"


def test_a_source_that_hangs_or_fails_costs_only_its_own_fact() -> None:
    began = time.monotonic()
    facts = gather(
        {
            TrafficLight: lambda: TrafficLight("green"),
            int: lambda: 1 // 0,
            str: lambda: time.sleep(60),
        },
        0.2,
    )
    assert time.monotonic() - began < 30  # not for the source that hangs
    assert facts[TrafficLight].colour == "green"
    with pytest.raises(Unknown, match="int: ZeroDivisionError"):
        facts[int]
    with pytest.raises(Unknown, match=r"str: no answer within 0\.2 s"):
        facts[str]


def overloaded(_: Facts) -> Iterator[Cause]:
    yield Cause("this machine is overloaded", "ps")


def suspended(_: Facts) -> Iterator[Cause]:
    yield Cause("it is suspended", "kill -CONT 7", certain=True)


OVERLOAD = Check("machine-overloaded", "machine", Severity.WARNING, "", overloaded)


def test_an_overloaded_machine_explains_errors_that_load_can_cause() -> None:
    rows = (*table(("silent", Severity.ERROR, ("machine-overloaded",))), OVERLOAD)
    found = examine(rows, RED)
    assert [(one.code, one.follows) for one in found] == [
        ("machine-overloaded", None),
        ("silent", "machine-overloaded"),
    ]


def test_a_certain_fault_stays_the_first_line_on_an_overloaded_machine() -> None:
    silent = Check("silent", "t", Severity.ERROR, "", suspended, follows=("machine-overloaded",))
    assert codes((OVERLOAD, silent), RED) == ["silent", "machine-overloaded"]


def test_load_explains_only_what_nothing_else_does() -> None:
    rows = (OVERLOAD, *table(("cause", Severity.ERROR, ()), ("a", Severity.ERROR, ("machine-*", "cause"))))
    assert {one.code: one.follows for one in examine(rows, RED)}["a"] == "cause"


def test_a_check_that_could_not_run_on_an_overloaded_machine_is_its_consequence() -> None:
    rows = (OVERLOAD, *table(("a", Severity.ERROR, ())))
    found = examine(rows, Facts({TrafficLight: Unknown("it is dark")}))
    assert [(one.code, one.follows) for one in found] == [
        ("machine-overloaded", None),
        ("check-failed", "machine-overloaded"),
    ]
