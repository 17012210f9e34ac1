"""Text that people write: what a line may contain, and how a search becomes a LIKE pattern."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.models import LINES, ONE_LINE
from shared.text import has_controls, search_pattern

NOT_PLAIN = ["a\x00", "a\x7f", "a\x85", "a\u2028", "a\u202e", "a\u2066", "\ud800"]


@pytest.mark.parametrize("name", ["Ann", "Ann Ülsen", "安娜", "👩\u200d🎨", "O'Neil <b>", "עברית"])
def test_names_in_every_script_are_allowed(name: str) -> None:
    assert not has_controls(name)


@pytest.mark.parametrize("name", [*NOT_PLAIN, "a\n"])
def test_characters_that_change_the_text_around_them_are_found(name: str) -> None:
    assert has_controls(name)


def test_line_breaks_and_tabs_are_allowed_in_lines_but_not_in_one_line() -> None:
    lines: TypeAdapter[str] = TypeAdapter(Annotated[str, LINES])
    one_line: TypeAdapter[str] = TypeAdapter(Annotated[str, ONE_LINE])

    assert lines.validate_python("a\n\tb") == "a\n\tb"
    with pytest.raises(ValidationError, match="must not contain control characters"):
        one_line.validate_python("a\nb")


@pytest.mark.parametrize(
    ("search", "pattern"),
    [("", "%"), ("an", "an%"), ("ann", "%ann%"), ("5%_", r"%5\%\_%"), ("\\", "\\\\%")],
)
def test_a_search_is_a_fragment_or_a_prefix_and_never_a_wildcard(search: str, pattern: str) -> None:
    assert search_pattern(search) == pattern
