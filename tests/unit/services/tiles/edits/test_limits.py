"""How much an artist may paint."""

from __future__ import annotations

import pytest

from services.tiles.edits.limits import LEAST_PIXELS, PaintAllowance, count_stroke, count_tile
from shared.errors import TooManyRequests


def test_an_artist_who_has_painted_a_burst_has_to_wait() -> None:
    allowance = PaintAllowance(rate=1, burst=300)
    allowance.take(1, 300)
    with pytest.raises(TooManyRequests, match="paint_limit") as refused:
        allowance.take(1, 100)
    assert 0 < refused.value.retry_after <= 100
    allowance.take(2, 300)


def test_a_write_counts_its_pixels_but_never_less_than_it_costs() -> None:
    assert [count_stroke(pixels) for pixels in (1, 128, 4096)] == [LEAST_PIXELS, 128, 4096]
    assert [count_tile(side * side) for side in (0, 16, 64, 128)] == [LEAST_PIXELS, LEAST_PIXELS, 512, 2048]
