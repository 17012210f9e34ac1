"""Which part of a mail address somebody has paid for."""

from __future__ import annotations

import pytest

from services.auth.throttling.domains import find_registered_domain


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        ("ada@example.org", "example.org"),
        ("ada@any.number.of.Example.ORG", "example.org"),
        ("ada@mail.example.co.uk", "example.co.uk"),
        ("ada@co.uk", "co.uk"),
        ("ada@localhost", "localhost"),
        ("ada@mail.test", "mail.test"),
    ],
)
def test_names_below_a_registered_domain_count_as_that_domain(email: str, domain: str) -> None:
    assert find_registered_domain(email) == domain
