"""How much an artist may paint."""

from __future__ import annotations

import pytest

from services.tiles.edits.limits import (
    LEAST_PIXELS,
    REMEMBERED_ARTISTS,
    PaintAllowance,
    count_stroke,
    count_tile,
)
from shared.errors import TooManyRequests


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def wait_of(allowance: PaintAllowance, artist_id: int, pixels: int) -> float:
    """Return by how many seconds it is too early to paint so much, 0 if it was painted."""
    try:
        allowance.take(artist_id, pixels)
    except TooManyRequests as refused:
        assert refused.code == "paint_limit"
        return refused.retry_after
    return 0.0


def test_an_artist_has_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    allowance = PaintAllowance(rate=1000, burst=300, clock=clock)
    assert [wait_of(allowance, 1, 100) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert wait_of(allowance, 2, 300) == 0
    clock.now = 0.05
    assert wait_of(allowance, 1, 100) == pytest.approx(0.05)
    assert wait_of(allowance, 1, 50) == 0
    clock.now = 60.0
    assert [wait_of(allowance, 1, 150) for _ in range(3)] == [0, 0, pytest.approx(0.15)]


def test_a_refused_write_takes_nothing() -> None:
    allowance = PaintAllowance(rate=1, burst=100, clock=Clock())
    assert wait_of(allowance, 1, 101) > 0
    assert wait_of(allowance, 1, 100) == 0


def test_a_write_counts_its_pixels_but_never_less_than_it_costs() -> None:
    assert [count_stroke(pixels) for pixels in (1, 128, 4096)] == [LEAST_PIXELS, 128, 4096]
    assert [count_tile(side * side) for side in (0, 16, 64, 128)] == [LEAST_PIXELS, LEAST_PIXELS, 512, 2048]


def test_the_number_of_remembered_artists_is_limited() -> None:
    allowance = PaintAllowance(rate=1, burst=1, clock=Clock())
    for artist in range(REMEMBERED_ARTISTS + 1):
        allowance.take(artist, 1)
    assert wait_of(allowance, REMEMBERED_ARTISTS, 1) > 0
    assert wait_of(allowance, 0, 1) == 0
