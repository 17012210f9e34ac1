"""Which names a message mentions."""

from __future__ import annotations

import pytest

from services.tiles.chat.rules import MOST_MENTIONS, names_mentioned


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@ann", ["ann"]),
        ("Hi @Ann, and (@bob_1)!", ["ann", "bob_1"]),
        ("@ann @ANN", ["ann"]),
        ("ann@example.org", []),
        ("@@ann", []),
        ("@ab", []),
        ("@" + "a" * 51, []),
        ("@ann-marie", ["ann"]),
        ("@ännchen", []),
    ],
)
def test_a_name_after_an_at_sign_is_mentioned(text: str, names: list[str]) -> None:
    assert names_mentioned(text) == names


def test_further_names_than_ten_are_only_text() -> None:
    assert len(names_mentioned(" ".join(f"@name{n}" for n in range(50)))) == MOST_MENTIONS
