"""How often busy canvases are broadcast: at once when quiet, then as often as the budget allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.live.pace import BUDGET, LONGEST_SECONDS, SEND_SECONDS, SHORTEST_SECONDS, Pace


def interval_of(pace: Pace, canvas_id: int, now: float = 0.0) -> float:
    """Return how long a canvas that is broadcast now waits for the next time."""
    return pace.seconds_until_due(canvas_id, now)


def test_a_quiet_canvas_is_broadcast_at_once() -> None:
    pace = Pace()
    assert pace.seconds_until_due(1, 0.0) == 0
    pace.record(1, 3000, 0.0)
    assert pace.seconds_until_due(1, 2 * LONGEST_SECONDS) == 0


@pytest.mark.parametrize(
    ("viewers", "seconds"),
    [(0, SHORTEST_SECONDS), (64, SHORTEST_SECONDS), (500, 0.096), (10_000, LONGEST_SECONDS)],
)
def test_a_busy_canvas_waits_longer_the_more_people_watch(viewers: int, seconds: float) -> None:
    pace = Pace()
    pace.record(1, viewers, 0.0)
    assert interval_of(pace, 1) == pytest.approx(seconds, abs=0.001)


def test_the_time_since_the_last_broadcast_counts() -> None:
    pace = Pace()
    pace.record(1, 500, 0.0)
    assert pace.seconds_until_due(1, 0.09) == pytest.approx(0.006, abs=0.001)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_busy_canvases_together_stay_within_the_budget(crowds: list[int]) -> None:
    pace = Pace()
    for canvas_id, viewers in enumerate(crowds):
        pace.record(canvas_id, viewers, 0.0)
    intervals = [interval_of(pace, canvas_id) for canvas_id in range(len(crowds))]
    if max(intervals) < LONGEST_SECONDS:
        spent = sum(
            viewers * SEND_SECONDS / seconds for viewers, seconds in zip(crowds, intervals, strict=True)
        )
        assert spent <= BUDGET * 1.001


def test_a_small_canvas_next_to_a_crowd_is_slowed_down_less() -> None:
    pace = Pace()
    pace.record(1, 3000, 0.0)
    pace.record(2, 2, 0.0)
    assert interval_of(pace, 2) == SHORTEST_SECONDS
    assert interval_of(pace, 1) == LONGEST_SECONDS


def test_a_canvas_that_became_quiet_gives_its_share_back() -> None:
    pace = Pace()
    pace.record(1, 500, 0.0)
    pace.record(2, 500, 0.2)
    assert interval_of(pace, 2, 0.2) == pytest.approx(2 * 0.096, abs=0.001)
    pace.record(2, 500, 0.4)
    assert interval_of(pace, 2, 0.4) == pytest.approx(0.096, abs=0.001)
