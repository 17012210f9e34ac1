"""From the colours of a picture to those of a palette."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from services.tiles.canvases.rules import PALETTES
from services.tiles.templates.colours import NearestColour, match_palette, to_lab
from tests.support.templates import BLACK, CLEAR, RED, drawn

PALETTE = PALETTES["pico-8"]
CHANNELS = st.tuples(*[st.integers(0, 255)] * 3)


def apart(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    return sum((a - b) ** 2 for a, b in zip(to_lab(one), to_lab(other), strict=True))


def test_lab_is_that_of_the_standard() -> None:
    # http://www.brucelindbloom.com/index.html?ColorCalculator.html, sRGB under D65
    for colour, expected in (
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.20, -107.86)),
        ((1, 1, 1), (0.27, 0.0, 0.0)),
    ):
        assert all(abs(a - b) < 0.02 for a, b in zip(to_lab(colour), expected, strict=True))


@given(CHANNELS, st.lists(CHANNELS, min_size=2, max_size=40))
def test_the_nearest_colour_is_found_and_the_first_of_equals(
    colour: tuple[int, ...], palette: list[tuple[int, ...]]
) -> None:
    found = NearestColour(["#" + bytes(one).hex() for one in palette]).find(colour)
    distances = [apart(colour, one) for one in palette]
    assert distances[found - 1] == min(distances)
    assert found - 1 == palette.index(palette[found - 1])


def test_each_colour_of_the_palette_is_itself_even_in_a_photograph() -> None:
    noise = Image.merge("RGB", [Image.effect_noise((200, 200), 90) for _ in range(3)]).convert("RGBA")
    for index, colour in enumerate(PALETTE):
        noise.putpixel((index, 0), ImageColor.getcolor(colour, "RGBA"))
    assert list(match_palette(noise, PALETTE, dither=False)[: len(PALETTE)]) == [*range(1, 17)]


def test_what_is_less_than_half_opaque_is_transparent() -> None:
    picture = drawn([(255, 0, 77, 127), (255, 0, 77, 128), CLEAR, BLACK])
    for dither in (False, True):
        assert list(match_palette(picture, PALETTE, dither=dither)) == [0, 9, 0, 1]


def test_dithering_mixes_colours_whose_mean_is_that_of_the_picture() -> None:
    grey = Image.new("RGBA", (32, 32), (128, 128, 128, 255))
    palette = ("#000000", "#ffffff")
    assert set(match_palette(grey, palette, dither=False)) == {2}
    mixed = match_palette(grey, palette, dither=True)
    assert abs(mixed.count(2) - mixed.count(1)) < 32


def test_transparent_parts_spread_no_error_when_dithered() -> None:
    picture = drawn([CLEAR] * 8 + [RED] * 8)
    palette = ("#ff004d", "#ffffff")
    assert list(match_palette(picture, palette, dither=True)) == [0] * 8 + [1] * 8
