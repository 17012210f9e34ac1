"""Rules for text that people write: what a line may contain, and how text is searched."""

from __future__ import annotations

import re
import unicodedata

SHORTEST_FRAGMENT = 3
"""Characters; a trigram index finds nothing shorter in the middle of a text."""

# They change how the text around them reads: https://www.unicode.org/reports/tr9/#Directional_Formatting_Codes
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's general categories of control characters, surrogates, and separators of lines and paragraphs."""

_STACKING = frozenset({"Mn", "Me"})
"""Unicode's general categories of marks that take no width of their own."""

MOST_MARKS = 8
"""Per character. Vietnamese needs two, Hebrew with accents four, Tibetan about six."""

_STACKED = re.compile(f"1{{{MOST_MARKS + 1}}}")

# Letters and symbols by category, but drawn as nothing.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def has_controls(text: str, *, allowed: str = "") -> bool:
    """Whether the text has control characters, or others that reorder or break the text around them."""
    return any(
        character in _REORDERING or unicodedata.category(character) in _CONTROLS
        for character in text
        if character not in allowed
    )


def is_visible(text: str) -> bool:
    """Whether the text has a character that can be seen."""
    return any(
        unicodedata.category(character)[0] not in "CMZ" and character not in _BLANKS for character in text
    )


def has_stacked_marks(text: str) -> bool:
    """Whether more than MOST_MARKS marks are stacked on one character, which covers the lines around it."""
    return _STACKED.search("".join(map(_is_mark, text))) is not None


def _is_mark(character: str) -> str:
    return "1" if unicodedata.category(character) in _STACKING else "0"


def escape_like(text: str) -> str:
    r"""Return a LIKE pattern that matches just this text; PostgreSQL's default escape is `\`."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def search_pattern(search: str) -> str:
    """Return a LIKE pattern that finds the search anywhere, or at the start when it is too short for that."""
    literal = escape_like(search)
    return f"{literal}%" if len(search) < SHORTEST_FRAGMENT else f"%{literal}%"
