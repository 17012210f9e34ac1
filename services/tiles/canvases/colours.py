"""Which colours of a palette are in use, and so keep their place and value; standard library only.

Pixels are kept as places in the palette: in tiles, in what waits for a review, in templates and in the
history, from which a revert, a rollback and the time-lapse bring them back. A colour that has been used once
is therefore used for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Final

from shared.errors import Conflict

BITS: Final = 256
"""Of the column `colours_used`: bit n, counted from the left, is that of colour n. Bit 0 means nothing."""

MOST_NAMED: Final = 10
"""Colours that a refusal names."""


def pack_colours(colours: Iterable[int]) -> str:
    """Return colours as PostgreSQL reads a bit string in hexadecimal."""
    mask = 0
    for colour in colours:
        mask |= 1 << (BITS - 1 - colour)
    return f"x{mask:0{BITS // 4}x}"


def unpack_colours(bits: str) -> frozenset[int]:
    """Return the colours of a bit string, as PostgreSQL writes it."""
    return frozenset(colour for colour, bit in enumerate(bits) if colour and bit == "1")


def all_colours(palette: Sequence[str]) -> frozenset[int]:
    """Return every colour of a palette."""
    return frozenset(range(1, len(palette) + 1))


def check_palette(before: Sequence[str], after: Sequence[str], used: Set[int]) -> None:
    """Raise Conflict `colour_in_use` unless every used colour keeps its place and value."""
    lost = [
        colour
        for colour, value in enumerate(before, 1)
        if colour in used and (colour > len(after) or after[colour - 1] != value)
    ]
    if lost:
        named = ", ".join(f"{colour} ({before[colour - 1]})" for colour in lost[:MOST_NAMED])
        more = f" and {len(lost) - MOST_NAMED} more" if len(lost) > MOST_NAMED else ""
        raise Conflict(
            "colour_in_use",
            f"Colours that have been painted with, or are in a template, keep their places: {named}{more}.",
        )
