"""What attempts are counted by, and when a caller has to wait."""

from __future__ import annotations

import pytest

from services.auth.throttling.rules import AttemptCount, check_login_counts, get_network, make_login_keys
from shared.errors import TooManyRequests


def test_a_login_within_the_limits_is_allowed() -> None:
    check_login_counts([(AttemptCount(10, 60.0), 10), (AttemptCount(1, 300.0), 100)])


def test_a_login_over_a_limit_waits_until_every_exceeded_window_ends() -> None:
    with pytest.raises(TooManyRequests) as refused:
        check_login_counts([(AttemptCount(11, 60.0), 10), (AttemptCount(101, 200.0), 100)])
    assert refused.value.retry_after == 200.0


def test_a_name_is_counted_without_regard_to_case() -> None:
    assert make_login_keys("Ada", "192.0.2.1") == make_login_keys("aDA", "192.0.2.1")


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_the_ipv6_addresses_of_one_customer_count_as_one(one: str, another: str, same: bool) -> None:
    assert (get_network(one) == get_network(another)) is same
