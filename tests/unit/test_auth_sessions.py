"""What becomes of a refresh token, and whom a login counts against."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.auth.accounts.rules import Account, Status
from services.auth.sessions.rules import (
    Count,
    Presented,
    Verdict,
    check_counts,
    client_address,
    hash_of,
    judge,
    network_of,
    new_refresh_token,
    new_salt,
    successor,
    throttle_keys,
)
from shared.errors import TooManyRequests

ADA = Account(1, "ada", "ada@mail.test", False, (), Status.ACTIVE, datetime(2024, 1, 1, tzinfo=UTC))
TOKEN, SALT = new_refresh_token(), new_salt()
SUCCESSOR = successor(TOKEN, SALT)


def presented(*, is_current: bool = False, in_grace: bool = True, current: str = SUCCESSOR) -> Presented:
    return Presented(7, ADA, is_current, in_grace, None if is_current else SALT, hash_of(current))


def test_the_current_token_is_rotated() -> None:
    assert judge(TOKEN, presented(is_current=True, in_grace=False, current=TOKEN)) is Verdict.ROTATE


def test_the_token_just_replaced_gives_its_successor_again() -> None:
    assert judge(TOKEN, presented()) is Verdict.REPEAT


def test_a_token_replaced_a_while_ago_was_reused() -> None:
    assert judge(TOKEN, presented(in_grace=False)) is Verdict.REUSED


def test_a_token_whose_successor_was_replaced_too_was_reused() -> None:
    assert judge(TOKEN, presented(current=successor(SUCCESSOR, new_salt()))) is Verdict.REUSED


def test_a_successor_needs_both_the_token_and_the_salt() -> None:
    assert successor(TOKEN, SALT) == SUCCESSOR
    assert len({SUCCESSOR, successor(TOKEN, new_salt()), successor(new_refresh_token(), SALT)}) == 3
    assert len(SUCCESSOR) == len(TOKEN) == 43


def test_a_login_within_the_limits_goes_on() -> None:
    check_counts([(Count(10, 60.0), 10), (Count(1, 300.0), 100)])


def test_a_login_over_a_limit_waits_for_the_last_window_to_end() -> None:
    with pytest.raises(TooManyRequests) as refused:
        check_counts([(Count(11, 60.0), 10), (Count(101, 200.0), 100)])
    assert refused.value.retry_after == 200.0


def test_a_name_counts_whatever_its_case() -> None:
    assert throttle_keys("Ada", "192.0.2.1") == throttle_keys("aDA", "192.0.2.1")


@pytest.mark.parametrize(
    ("one", "another", "alike"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_an_ipv6_customer_is_one_network(one: str, another: str, alike: bool) -> None:
    assert (network_of(one) == network_of(another)) is alike


@pytest.mark.parametrize(
    ("real_ip", "peer", "believed"),
    [
        (["203.0.113.7"], "172.18.0.2", "203.0.113.7"),
        (["2001:DB8::7"], "127.0.0.1", "2001:db8::7"),
        (["203.0.113.7"], "100.64.0.9", "203.0.113.7"),
        ([], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7", "203.0.113.8"], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7, 203.0.113.8"], "172.18.0.2", "172.18.0.2"),
        (["nonsense"], "172.18.0.2", "172.18.0.2"),
        (["203.0.113.7"], "8.8.8.8", "8.8.8.8"),
        ([], None, "0.0.0.0"),
    ],
)
def test_only_the_gateway_says_who_the_client_is(real_ip: list[str], peer: str | None, believed: str) -> None:
    assert client_address(real_ip, peer) == believed
