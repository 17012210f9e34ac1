"""Two runs of the benchmarks are compared only if the machine was the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.compare import compare, find_differences
from bench.record import Record, read_record
from bench.report import Result
from bench.yardstick import Yardstick

STEADY = Yardstick(gateway_hellos=3_000, wake_ups=30_000, loops=30e6)


def record(figure: float, yardstick: Yardstick = STEADY) -> Record:
    return Record("a machine", [yardstick], [Result("strokes", figure, "/s", ">= 5,000")])


def test_runs_with_yardsticks_a_third_apart_are_compared() -> None:
    slower = Yardstick(gateway_hellos=2_300, wake_ups=39_000, loops=30e6)
    assert find_differences(record(1), record(1, slower)) == []


@pytest.mark.parametrize("name", ["gateway_hellos", "wake_ups", "loops"])
@pytest.mark.parametrize("factor", [0.7, 1.4])
def test_runs_with_a_yardstick_more_than_a_third_apart_are_refused(name: str, factor: float) -> None:
    values = {**vars(STEADY), name: getattr(STEADY, name) * factor}
    (difference,) = find_differences(record(1), record(1, Yardstick(**values)))
    assert difference.startswith(f"{name}: ")


def test_a_comparison_shows_each_figure_of_both_and_the_second_by_the_first() -> None:
    assert compare(record(1_400), record(7_000)).splitlines()[-1] == (
        "| strokes | 1,400.0 /s | 7,000.0 /s | 5.00 | >= 5,000 |"
    )


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = record(1_400)
    written.write(tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == written
