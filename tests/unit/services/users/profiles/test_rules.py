"""Rules of profiles: usernames and default colours."""

from __future__ import annotations

import pytest

from services.users.profiles.rules import AVATAR_COLORS, can_be_username, default_avatar_color


def test_a_default_colour_depends_on_the_id_and_differs_between_neighbours() -> None:
    assert default_avatar_color(8) == default_avatar_color(8)
    assert default_avatar_color(8) != default_avatar_color(9)
    assert default_avatar_color(2**63 - 1) in AVATAR_COLORS


@pytest.mark.parametrize("name", ["a", "Ann_1", "x" * 50])
def test_usernames_of_letters_digits_and_underscores_are_possible(name: str) -> None:
    assert can_be_username(name)


@pytest.mark.parametrize("name", ["", "x" * 51, "a b", "a\x00", "\uff41nn", "ann\n"])
def test_other_texts_are_not_possible_usernames(name: str) -> None:
    assert not can_be_username(name)
