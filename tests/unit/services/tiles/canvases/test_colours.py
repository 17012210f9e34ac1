"""Which colours of a palette are in use, and what that forbids."""

from __future__ import annotations

import pytest

from services.tiles.canvases.colours import (
    all_colours,
    check_palette,
    pack_colours,
    unpack_colours,
)
from shared.errors import Conflict

PALETTE = ("#000000", "#ffffff", "#ff0000")


@pytest.mark.parametrize("colours", [(), (1,), (1, 2, 255)])
def test_colours_are_bits_counted_from_the_left(colours: tuple[int, ...]) -> None:
    bits = f"{int(pack_colours(colours).removeprefix('x'), 16):0256b}"
    assert [place for place, bit in enumerate(bits) if bit == "1"] == list(colours)
    assert unpack_colours(bits) == set(colours)


def test_transparent_pixels_use_no_colour() -> None:
    assert unpack_colours("1" + "0" * 255) == set()


@pytest.mark.parametrize(
    ("after", "used"),
    [
        ((*PALETTE, "#00ff00"), {1, 2, 3}),
        (PALETTE[:2], {1, 2}),
        (("#000000", "#123456", "#ff0000"), {1, 3}),
        (("#ffffff", "#000000"), set()),
    ],
)
def test_a_palette_may_change_where_no_colour_is_used(after: tuple[str, ...], used: set[int]) -> None:
    check_palette(PALETTE, after, used)


@pytest.mark.parametrize(
    ("after", "used", "named"),
    [
        (PALETTE[:2], {3}, "3 (#ff0000)"),
        (("#123456", "#ffffff", "#ff0000"), {1}, "1 (#000000)"),
        (("#ffffff", "#000000", "#ff0000"), {1, 2}, "1 (#000000), 2 (#ffffff)"),
    ],
)
def test_a_used_colour_keeps_its_place_and_value(after: tuple[str, ...], used: set[int], named: str) -> None:
    with pytest.raises(Conflict, match="colour_in_use") as refused:
        check_palette(PALETTE, after, used)
    assert named in refused.value.detail


def test_a_refusal_names_ten_colours_at_most() -> None:
    palette = [f"#0000{number:02x}" for number in range(40)]
    with pytest.raises(Conflict) as refused:
        check_palette(palette, ["#ffffff", "#000000"], all_colours(palette))
    assert "10 (#000009) and 30 more" in refused.value.detail
