"""Results of several runs, and of the parts of a stack."""

from __future__ import annotations

from collections import Counter

from bench.report import Result, medians, results_by_part


def test_each_figure_of_several_runs_is_their_median_and_so_is_its_limit() -> None:
    runs = [[Result("strokes", figure, "/s", limit=2 * figure, limit_is="alone")] for figure in (5, 1, 3)]
    assert medians(runs) == [Result("strokes", 3, "/s", limit=6, limit_is="alone")]


def test_a_stack_is_reported_as_a_whole_and_by_its_larger_parts() -> None:
    used = Counter({"gateway": 100, "tiles": 300, "frontend": 1})
    assert results_by_part("CPU", used, "µs", "<= 200", scale=0.5) == [
        Result("CPU, whole stack", 200.5, "µs", "<= 200"),
        Result("CPU, tiles", 150, "µs"),
        Result("CPU, gateway", 50, "µs"),
    ]
