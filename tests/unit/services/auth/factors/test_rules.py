"""Codes of second factors, and what an account without a required one may do."""

from __future__ import annotations

import pytest

from services.auth.factors.rules import Factors, Method, Standing, is_totp, steps_at
from services.auth.policy.rules import SecondFactorMode
from shared.identity import Scope

MODERATOR = ("moderator",)


def test_the_code_before_and_after_is_accepted_because_clocks_differ() -> None:
    assert list(steps_at(60.0)) == [1, 2, 3]
    assert list(steps_at(89.9)) == [1, 2, 3]
    assert list(steps_at(90.0)) == [2, 3, 4]


@pytest.mark.parametrize(
    ("code", "is_of_an_app"),
    [
        ("123456", True),
        (" 123456 ", True),
        ("12345", False),
        ("ABCD-2345-EFGH-6789", False),
        ("١٢٣٤٥٦", False),
    ],
)
def test_six_digits_are_a_code_of_an_app(code: str, is_of_an_app: bool) -> None:
    assert is_totp(code) is is_of_an_app


@pytest.mark.parametrize(
    ("factors", "methods"),
    [
        (Factors(totp=False, passkeys=0, recovery_codes=10), []),
        (Factors(totp=True, passkeys=0, recovery_codes=0), [Method.TOTP]),
        (Factors(totp=False, passkeys=2, recovery_codes=1), [Method.PASSKEY, Method.RECOVERY]),
        (
            Factors(totp=True, passkeys=1, recovery_codes=1),
            [Method.TOTP, Method.PASSKEY, Method.RECOVERY],
        ),
    ],
)
def test_recovery_codes_stand_in_for_a_factor_and_are_none(factors: Factors, methods: list[Method]) -> None:
    assert factors.methods == methods


@pytest.mark.parametrize("mode", SecondFactorMode)
def test_an_account_with_a_factor_is_not_limited(mode: SecondFactorMode) -> None:
    standing = Standing(has_factor=True, mode=mode)
    assert standing.roles_of(MODERATOR) == MODERATOR
    assert standing.scopes_of(MODERATOR) is None


@pytest.mark.parametrize(
    ("mode", "roles", "roles_left", "scopes"),
    [
        (SecondFactorMode.OPTIONAL, MODERATOR, MODERATOR, None),
        (SecondFactorMode.MODERATORS, MODERATOR, (), None),
        (SecondFactorMode.MODERATORS, (), (), None),
        (SecondFactorMode.EVERYBODY, MODERATOR, (), {Scope.READ, Scope.ACCOUNT}),
        (SecondFactorMode.EVERYBODY, (), (), {Scope.READ, Scope.ACCOUNT}),
    ],
)
def test_without_a_required_factor_roles_and_then_painting_are_lost(
    mode: SecondFactorMode,
    roles: tuple[str, ...],
    roles_left: tuple[str, ...],
    scopes: set[str] | None,
) -> None:
    standing = Standing(has_factor=False, mode=mode)
    assert standing.roles_of(roles) == roles_left
    assert standing.scopes_of(roles) == scopes
