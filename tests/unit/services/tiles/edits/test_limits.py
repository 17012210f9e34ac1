"""How fast an artist may paint."""

from __future__ import annotations

import pytest

from services.tiles.edits.limits import REMEMBERED_ARTISTS, PaintAllowance


def test_an_artist_has_a_burst_and_then_the_rate() -> None:
    allowance = PaintAllowance(rate=10, burst=3)
    assert [allowance.take(1, 0.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert allowance.take(2, 0.0) == 0
    assert allowance.take(1, 0.05) == pytest.approx(0.05)
    assert allowance.take(1, 0.1) == 0
    assert [allowance.take(1, 60.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]


def test_the_number_of_remembered_artists_is_limited() -> None:
    allowance = PaintAllowance(rate=1, burst=1)
    for artist in range(REMEMBERED_ARTISTS + 1):
        allowance.take(artist, 0.0)
    assert allowance.take(REMEMBERED_ARTISTS, 0.0) > 0
    assert allowance.take(0, 0.0) == 0
