"""What an account may be called, and which passwords it may have."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.auth.accounts.passwords import COMMON
from services.auth.accounts.rules import check_password
from services.auth.accounts.schemas import Registration
from shared.errors import Invalid


def registration(**fields: Any) -> Registration:
    return Registration.model_validate(
        {"username": "ada", "email": "ada@mail.test", "password": "wobbly-teapot-49", **fields}
    )


@pytest.mark.parametrize(
    "username", ["abc", "a_b", "A1_", "_A1", "a" * 50, "a" * 51, "ab", "a-b", "", "a\n", "é12"]
)
def test_a_username_is_three_to_fifty_letters_digits_and_inner_underscores(username: str) -> None:
    if username in {"abc", "a_b", "a" * 50}:
        assert registration(username=username).username == username
    else:
        with pytest.raises(ValidationError, match="username"):
            registration(username=username)


def test_the_domain_of_an_email_address_is_written_in_one_way() -> None:
    assert registration(email="Ada.L+x@MAIL.Example.org").email == "Ada.L+x@mail.example.org"


@pytest.mark.parametrize(
    "email", ["a@intranet", "a b@mail.test", "@mail.test", "a@mail..test", "a@[127.0.0.1]"]
)
def test_what_no_mail_can_reach_is_no_email_address(email: str) -> None:
    with pytest.raises(ValidationError, match="email"):
        registration(email=email)


@pytest.mark.parametrize(
    "password",
    [
        "password1", "PassWord1", "qwertyuiop",
        "grace_hopper", "xxGRACE_HOPPERxx",
        "amazing@navy.test", "my Amazing tale",
    ],
)  # fmt: skip
def test_a_password_that_others_try_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "Grace_Hopper", "Amazing@navy.test", COMMON)
    assert [fault.loc for fault in refused.value.faults] == [("body", "password")]


@pytest.mark.parametrize("password", ["wobbly-teapot-49", "grace hopper 1", "ab-cd-ef-gh", "пароль-пароль"])
def test_any_other_password_is_fine(password: str) -> None:
    check_password(password, "Grace_Hopper", "ab@navy.test", COMMON)


def test_common_passwords_are_known_in_lower_case() -> None:
    assert len(COMMON) > 10_000
    assert all(word == word.lower() for word in COMMON)
