"""What tokens of bots may be used for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.auth.bots.rules import (
    ENDLESS,
    check_expiry,
    check_scopes,
    make_bot_token,
    roles_for,
    scopes_for,
)
from shared.errors import Invalid, NotAllowed

NOON = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_a_token_is_recognised_by_its_prefix() -> None:
    token = make_bot_token()
    assert token.startswith("tsr_")
    assert len(token) == len("tsr_") + 43


def test_only_who_moderates_can_make_a_token_that_does() -> None:
    check_scopes(["read", "paint"], [])
    check_scopes(["moderate"], ["moderator"])
    with pytest.raises(NotAllowed):
        check_scopes(["moderate"], [])


@pytest.mark.parametrize(
    ("scopes", "roles", "bot_roles"),
    [
        (["paint"], ["admin"], ()),
        (["moderate"], ["moderator"], ("moderator",)),
        (["moderate"], ["admin"], ("moderator",)),
        (["moderate"], [], ()),
    ],
)
def test_a_bot_is_at_most_a_moderator(
    scopes: list[str], roles: list[str], bot_roles: tuple[str, ...]
) -> None:
    assert roles_for(scopes, roles) == bot_roles


def test_a_bot_may_read_and_never_more_than_its_account() -> None:
    assert scopes_for(["paint"], None) == {"paint", "read"}
    assert scopes_for(["paint"], frozenset({"account", "read"})) == {"read"}


@pytest.mark.parametrize("expires_at", [NOON, NOON - timedelta(days=1), NOON + ENDLESS + timedelta(days=1)])
def test_a_token_that_has_expired_or_never_will_is_refused(expires_at: datetime) -> None:
    check_expiry(None, NOON)
    check_expiry(NOON + timedelta(seconds=1), NOON)
    with pytest.raises(Invalid, match="expires_at"):
        check_expiry(expires_at, NOON)
