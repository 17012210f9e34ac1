"""Time limits grow with the load."""

from __future__ import annotations

import time

import pytest

from deploy.stack import load
from deploy.stack.load import Load, Patience


def time_until_over(monkeypatch: pytest.MonkeyPatch, seconds: float, wanted: float) -> int:
    """Return after how many seconds the patience is over while so many processes want one of two cores."""
    now = 0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(load, "read_load", lambda: Load(wanted, 2))
    patience = Patience(seconds)
    while not patience.is_over():
        now += 1
    return now


@pytest.mark.parametrize(("wanted", "expected"), [(0, 30), (2, 30), (4, 60), (60, 900)])
def test_a_time_limit_grows_with_the_processes_per_core(
    monkeypatch: pytest.MonkeyPatch, wanted: float, expected: int
) -> None:
    assert time_until_over(monkeypatch, 30, wanted) == expected


@pytest.mark.parametrize(("wanted", "overload"), [(1, False), (8, False), (9, True)])
def test_a_machine_is_overloaded_when_more_than_four_processes_want_each_core(
    wanted: float, overload: bool
) -> None:
    assert Load(wanted, 2).is_overload is overload


def test_a_load_is_told_in_words() -> None:
    assert str(Load(59.7, 2)) == "load 60 on 2 cores"


def test_this_machine_has_a_load() -> None:
    assert load.read_load().cores >= 1
