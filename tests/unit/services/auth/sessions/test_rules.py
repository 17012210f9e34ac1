"""What a refresh does."""

from __future__ import annotations

from datetime import UTC, datetime

from services.auth.accounts.model import Account, Status
from services.auth.sessions.rules import (
    PresentedToken,
    RefreshDecision,
    decide_refresh,
    derive_successor,
    make_salt,
)
from services.auth.tokens.opaque import hash_secret, make_opaque_token

ADA = Account(1, "ada", "ada@mail.test", False, (), Status.ACTIVE, datetime(2024, 1, 1, tzinfo=UTC))
TOKEN, SALT = make_opaque_token(), make_salt()
SUCCESSOR = derive_successor(TOKEN, SALT)


def presented(*, is_current: bool = False, in_grace: bool = True, current: str = SUCCESSOR) -> PresentedToken:
    return PresentedToken(
        7, ADA, 0.0, is_current, in_grace, None if is_current else SALT, hash_secret(current)
    )


def test_the_current_token_is_rotated() -> None:
    token = presented(is_current=True, in_grace=False, current=TOKEN)
    assert decide_refresh(TOKEN, token) is RefreshDecision.ROTATE


def test_a_token_replaced_just_now_returns_its_successor_again() -> None:
    assert decide_refresh(TOKEN, presented()) is RefreshDecision.REPEAT


def test_a_token_replaced_before_the_grace_period_ends_the_session() -> None:
    assert decide_refresh(TOKEN, presented(in_grace=False)) is RefreshDecision.REVOKE


def test_a_token_whose_successor_was_replaced_too_ends_the_session() -> None:
    token = presented(current=derive_successor(SUCCESSOR, make_salt()))
    assert decide_refresh(TOKEN, token) is RefreshDecision.REVOKE


def test_a_successor_depends_on_both_the_token_and_the_salt() -> None:
    assert derive_successor(TOKEN, SALT) == SUCCESSOR
    others = {derive_successor(TOKEN, make_salt()), derive_successor(make_opaque_token(), SALT)}
    assert len({SUCCESSOR, *others}) == 3
    assert len(SUCCESSOR) == len(TOKEN) == 43
