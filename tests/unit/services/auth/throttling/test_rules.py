"""What attempts are counted by, and when a caller has to wait."""

from __future__ import annotations

import pytest

from services.auth.throttling.rules import (
    AttemptCount,
    canonicalise,
    canonicalise_mailbox,
    check_login_counts,
    make_login_keys,
)
from shared.errors import TooManyRequests


def test_a_login_within_the_limits_is_allowed() -> None:
    check_login_counts([(AttemptCount(10, 60.0), 10), (AttemptCount(1, 300.0), 100)])


def test_a_login_over_a_limit_waits_until_every_exceeded_window_ends() -> None:
    with pytest.raises(TooManyRequests) as refused:
        check_login_counts([(AttemptCount(11, 60.0), 10), (AttemptCount(101, 200.0), 100)])
    assert refused.value.retry_after == 200.0


def test_an_account_is_counted_under_whatever_name_it_was_found_by() -> None:
    assert make_login_keys(7, "ada", "192.0.2.1") == make_login_keys(7, "ada@mail.test", "192.0.2.1")
    assert make_login_keys(7, "ada", "192.0.2.1")[0] != make_login_keys(8, "ada", "192.0.2.1")[0]
    assert make_login_keys(None, "7", "192.0.2.1")[0] != make_login_keys(7, "7", "192.0.2.1")[0]


@pytest.mark.parametrize(
    "spelling",
    [
        "FILLIP",
        "f\u0130ll\u0130p",  # I with a dot above, whose lower case has two characters or one
        "\uff26illip",  # a full-width F
        "\ufb01llip",  # the ligature fi
        "fi\u0307llip",  # i with a combining dot
        " fillip. ",
    ],
)
def test_all_spellings_of_a_name_count_as_one(spelling: str) -> None:
    assert canonicalise(spelling) == canonicalise("fillip")


@pytest.mark.parametrize(
    "address",
    [
        "Ada.Byron@Mail.Test",
        "ada.byron+tessera@mail.test",
        "a.d.a.byron@mail.test.",
        "\uff41dabyron@mail.test",
    ],
)
def test_all_addresses_of_a_mailbox_count_as_one(address: str) -> None:
    assert canonicalise_mailbox(address) == canonicalise_mailbox("adabyron@mail.test")


def test_different_mailboxes_count_apart() -> None:
    addresses = ["ada@mail.test", "bob@mail.test", "ada@other.test", "ada@mailtest", "x@ada@mail.test"]
    assert len(set(map(canonicalise_mailbox, addresses))) == len(addresses)
