"""Which process is the home of a canvas."""

from __future__ import annotations

from collections import Counter

import pytest

from services.tiles.homes.rules import DISTRUST_SECONDS, EXPIRY_SECONDS, Processes, home_of

FOUR = ["a", "b", "c", "d"]


def test_all_processes_agree_whatever_order_they_know_each_other_in() -> None:
    assert [home_of(canvas, FOUR) for canvas in range(100)] == [
        home_of(canvas, reversed(FOUR)) for canvas in range(100)
    ]


def test_canvases_are_spread_over_the_processes() -> None:
    homes = Counter(home_of(canvas, FOUR) for canvas in range(1000))
    assert min(homes.values()) > 180


def test_only_the_canvases_of_a_process_that_ends_change_their_home() -> None:
    for canvas in range(200):
        before, after = home_of(canvas, FOUR), home_of(canvas, ["a", "b", "d"])
        assert before in ("c", after)


def test_a_process_alone_is_the_home_of_everything() -> None:
    assert Processes("a").home_of(1, now=0.0) == "a"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(EXPIRY_SECONDS, {"a", "b"}), (EXPIRY_SECONDS + 0.1, {"a"})]
)
def test_a_process_is_a_home_until_it_has_been_silent_for_long(seconds: float, expected: set[str]) -> None:
    processes = Processes("a")
    processes.hear("b", 10.0)
    assert {processes.home_of(canvas, 10.0 + seconds) for canvas in range(100)} == expected


def test_a_process_that_ends_is_no_home_at_once() -> None:
    processes = Processes("a")
    processes.hear("b", 0.0)
    processes.drop("b")
    assert {processes.home_of(canvas, 0.0) for canvas in range(100)} == {"a"}


@pytest.mark.parametrize(
    ("seconds", "expected"), [(DISTRUST_SECONDS - 0.1, {"a"}), (DISTRUST_SECONDS, {"a", "b"})]
)
def test_a_process_that_did_not_answer_is_no_home_for_a_while(seconds: float, expected: set[str]) -> None:
    processes = Processes("a")
    processes.distrust("b", 0.0)
    processes.hear("b", seconds)
    assert {processes.home_of(canvas, seconds) for canvas in range(100)} == expected
