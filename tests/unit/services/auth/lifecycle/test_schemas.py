"""Which usernames and email addresses a registration may have."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.auth.lifecycle.schemas import Registration


def registration(**fields: Any) -> Registration:
    return Registration.model_validate(
        {"username": "ada", "email": "ada@mail.test", "password": "wobbly-teapot-49", **fields}
    )


@pytest.mark.parametrize("username", ["abc", "a_b", "a" * 50])
def test_a_username_is_letters_digits_and_inner_underscores(username: str) -> None:
    assert registration(username=username).username == username


@pytest.mark.parametrize("username", ["A1_", "_A1", "a" * 51, "ab", "a-b", "", "a\n", "é12"])
def test_any_other_username_is_refused(username: str) -> None:
    with pytest.raises(ValidationError, match="username"):
        registration(username=username)


def test_the_domain_of_an_email_address_is_lowered() -> None:
    assert registration(email="Ada.L+x@MAIL.Example.org").email == "Ada.L+x@mail.example.org"


@pytest.mark.parametrize(
    "email", ["a@intranet", "a b@mail.test", "@mail.test", "a@mail..test", "a@[127.0.0.1]"]
)
def test_an_undeliverable_email_address_is_refused(email: str) -> None:
    with pytest.raises(ValidationError, match="email"):
        registration(email=email)
