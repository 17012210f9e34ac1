"""Which passwords are refused."""

from __future__ import annotations

import pytest

from services.auth.accounts.passwords import COMMON
from services.auth.accounts.rules import check_password
from shared.errors import Invalid


@pytest.mark.parametrize(
    "password",
    [
        "password1", "PassWord1", "qwertyuiop",
        "grace_hopper", "xxGRACE_HOPPERxx",
        "amazing@navy.test", "my Amazing tale",
    ],
)  # fmt: skip
def test_a_common_or_personal_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "Grace_Hopper", "Amazing@navy.test", COMMON)
    assert [fault.loc for fault in refused.value.faults] == [("body", "password")]


@pytest.mark.parametrize("password", ["wobbly-teapot-49", "grace hopper 1", "ab-cd-ef-gh", "пароль-пароль"])
def test_any_other_password_is_accepted(password: str) -> None:
    check_password(password, "Grace_Hopper", "ab@navy.test", COMMON)


def test_the_list_of_common_passwords_is_in_lower_case() -> None:
    assert len(COMMON) > 10_000
    assert all(word == word.lower() for word in COMMON)
