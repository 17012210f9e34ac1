"""Errors are short, whatever caused them."""

from __future__ import annotations

from shared.errors import MAX_FAULTS, Fault, Invalid


def test_an_error_names_the_first_twenty_faults_and_the_number_of_the_others() -> None:
    error = Invalid([Fault(("body", f"k{number}"), "is unknown") for number in range(1000)])
    assert [fault.loc[1] for fault in error.faults] == [f"k{number}" for number in range(MAX_FAULTS)]
    assert error.detail.endswith("; and 980 more")


def test_long_keys_and_messages_are_cut() -> None:
    error = Invalid([Fault(("body", "k" * 10_000, 3), "x" * 10_000)] * MAX_FAULTS)
    assert error.faults[0].loc == ("body", "k" * 99 + "…", 3)
    assert len(error.faults[0].msg) == 300
    assert len(error.detail) < 10_000
