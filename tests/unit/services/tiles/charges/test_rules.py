"""When pixels may be placed, and how charges are spent, gained and given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tiles.canvases.rules import Placing
from services.tiles.charges.rules import Charges, check_open, count_charges, give_back, spend
from shared.errors import Conflict, TooManyRequests
from tests.support.tile_rules import NOW

PLACING = Placing(cooldown_seconds=10, max_charges=6)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_newcomer_has_all_charges() -> None:
    assert count_charges(PLACING, None, NOW) == Charges(6, 6, None, None)


def test_each_pixel_costs_a_charge_that_returns_after_a_cooldown() -> None:
    full_at = spend(PLACING, None, NOW, 2)
    assert count_charges(PLACING, full_at, NOW) == Charges(4, 6, NOW + after(10), NOW + after(20))
    assert count_charges(PLACING, full_at, NOW + after(9.9)).charges == 4
    assert count_charges(PLACING, full_at, NOW + after(10)) == Charges(5, 6, NOW + after(20), full_at)
    assert count_charges(PLACING, full_at, NOW + after(20)) == Charges(6, 6, None, None)


def test_charges_do_not_accumulate_beyond_the_most() -> None:
    full_at = spend(PLACING, NOW - after(1000), NOW, 1)
    assert full_at == NOW + after(10)


def test_what_charges_do_not_suffice_for_is_refused_until_they_do() -> None:
    full_at = spend(PLACING, None, NOW, 5)
    with pytest.raises(TooManyRequests) as refused:
        spend(PLACING, full_at, NOW + after(4), 2)
    assert (refused.value.code, refused.value.retry_after) == ("cooldown", 6)
    assert spend(PLACING, full_at, NOW + after(10), 2) == NOW + after(70)


def test_without_a_cooldown_there_is_no_limit() -> None:
    unlimited = replace(PLACING, cooldown_seconds=0)
    full_at = spend(unlimited, None, NOW, 1000)
    assert count_charges(unlimited, full_at, NOW) == Charges(6, 6, None, None)
    assert spend(unlimited, full_at, NOW, 1000) == NOW


def test_charges_of_pixels_that_are_taken_back_return() -> None:
    full_at = spend(PLACING, spend(PLACING, None, NOW, 1), NOW, 3)
    assert give_back(PLACING, full_at, 3) == NOW + after(10)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"frozen": True}, "frozen"),
        ({"starts_at": NOW + after(1)}, "not_open"),
        ({"starts_at": NOW, "ends_at": NOW + after(1)}, None),
        ({"ends_at": NOW}, "not_open"),
    ],
)
def test_pixels_are_placed_from_the_start_to_the_end_unless_frozen(
    change: dict[str, object], code: str | None
) -> None:
    placing = replace(PLACING, **change)  # type: ignore[arg-type]  # values of any field
    if code is None:
        check_open(placing, NOW)
        return
    with pytest.raises(Conflict) as refused:
        check_open(placing, NOW)
    assert refused.value.code == code


@given(
    st.integers(1, 100),
    st.integers(1, 20),
    st.lists(st.tuples(st.integers(1, 20), st.floats(0, 500)), max_size=20),
)
def test_spending_never_exceeds_what_was_gained(
    cooldown: int, most: int, attempts: list[tuple[int, float]]
) -> None:
    placing = Placing(cooldown, most)
    now, full_at, spent = NOW, None, 0
    for pixels, pause in attempts:
        now += after(pause)
        before = count_charges(placing, full_at, now).charges
        try:
            full_at = spend(placing, full_at, now, pixels)
        except TooManyRequests:
            assert pixels > before
            continue
        spent += pixels
        assert count_charges(placing, full_at, now).charges == before - pixels
        assert spent <= most + (now - NOW) // after(cooldown)
