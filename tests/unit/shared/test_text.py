"""Text that people write: what a line may contain, and how a search becomes a LIKE pattern."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.models import LINES, ONE_LINE
from shared.text import has_controls, has_stacked_marks, is_visible, search_pattern

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


@pytest.mark.parametrize("rule", [ONE_LINE, LINES])
def test_nobody_gives_a_name_or_a_text_that_cannot_be_seen(rule: Any) -> None:
    text: TypeAdapter[str] = TypeAdapter(Annotated[str, rule])
    with pytest.raises(ValidationError, match="must have a character that can be seen"):
        text.validate_python("\u200b\u3164")
    assert text.validate_python("") == ""


@pytest.mark.parametrize(
    ("search", "pattern"),
    [("", "%"), ("an", "an%"), ("ann", "%ann%"), ("5%_", r"%5\%\_%"), ("\\", "\\\\%")],
)
def test_a_search_is_a_fragment_or_a_prefix_and_never_a_wildcard(search: str, pattern: str) -> None:
    assert search_pattern(search) == pattern


@pytest.mark.parametrize("text", ["a", "안녕", "👩\u200d🎨", "⠿", "\u200ba"])
def test_text_with_a_visible_character_is_visible(text: str) -> None:
    assert is_visible(text)


@pytest.mark.parametrize("text", ["", " ", "\u200b\ufeff", "\u3164", "\u2800", "\u0301", "\u00ad"])
def test_text_that_is_drawn_as_nothing_is_not_visible(text: str) -> None:
    assert not is_visible(text)


@pytest.mark.parametrize("text", ["việt", "שָׁלוֹם", "བསྒྲུབས", "ที่", "e" + "\u0301" * 8])
def test_marks_that_a_script_needs_may_be_stacked(text: str) -> None:
    assert not has_stacked_marks(text)


def test_more_than_eight_marks_on_a_character_are_found() -> None:
    assert has_stacked_marks("a e" + "\u0301" * 9)
