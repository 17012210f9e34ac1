"""Token buckets."""

from __future__ import annotations

import pytest

from shared.buckets import REMEMBERED, TokenBuckets


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_key_has_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    buckets = TokenBuckets(rate=1000, burst=300, clock=clock)
    assert [buckets.take("a", 100) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert buckets.take("b", 300) == 0
    clock.now = 0.05
    assert buckets.take("a", 100) == pytest.approx(0.05)
    assert buckets.take("a", 50) == 0
    clock.now = 60.0
    assert [buckets.take("a", 150) for _ in range(3)] == [0, 0, pytest.approx(0.15)]


def test_what_is_refused_takes_nothing() -> None:
    buckets = TokenBuckets(rate=1, burst=100, clock=Clock())
    assert buckets.take("a", 60) == 0
    assert buckets.take("a", 50) == 10
    assert buckets.take("a", 40) == 0


def test_more_than_a_full_bucket_is_granted_once_and_paid_afterwards() -> None:
    clock = Clock()
    buckets = TokenBuckets(rate=10, burst=100, clock=clock)
    assert buckets.take("a", 150) == 0
    assert buckets.take("a", 1) == pytest.approx(5.1)
    clock.now = 5.1
    assert buckets.take("a", 1) == 0


def test_the_number_of_remembered_keys_is_limited() -> None:
    buckets = TokenBuckets(rate=1, burst=1, clock=Clock())
    for key in range(REMEMBERED + 1):
        buckets.take(key, 1)
    assert buckets.take(REMEMBERED, 1) > 0
    assert buckets.take(0, 1) == 0
