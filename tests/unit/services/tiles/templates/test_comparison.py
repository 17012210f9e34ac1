"""Comparing a template with what is painted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.tiles.artists.rules import Artist
from services.tiles.pictures.store import PaintedTile
from services.tiles.templates.comparison import compare, draw_box
from services.tiles.templates.rules import Box, Template

PALETTE = ("#000000", "#ff0000", "#00ff00")
SIDE, TILE = 32, 16
ANN = Artist(1, "ann", "Ann")
BITS = st.integers(0, 3)


def template(x: int, y: int, width: int, height: int) -> Template:
    return Template(1, "slug", 1, ANN, "A rose", x, y, width, height, width * height, is_public=True)


def box_of(placed: Template) -> Box:
    right, bottom = placed.x + placed.width, placed.y + placed.height
    return Box(max(0, placed.x), max(0, placed.y), min(SIDE, right), min(SIDE, bottom))


@given(st.integers(-8, 31), st.integers(-8, 31), st.data())
def test_counts_are_those_of_looking_at_each_pixel(x: int, y: int, data: st.DataObject) -> None:
    placed = template(x, y, 9, 9)
    wanted = bytes(byte % 4 for byte in data.draw(st.binary(min_size=81, max_size=81)))
    tiles = [
        PaintedTile(column, row, bytes((first + at) % 4 for at in range(TILE * TILE)))
        for column, row, first in ((0, 1, data.draw(BITS)), (1, 0, data.draw(BITS)), (1, 1, data.draw(BITS)))
    ]
    canvas = {
        (tile.x * TILE + at % TILE, tile.y * TILE + at // TILE): colour
        for tile in tiles
        for at, colour in enumerate(tile.pixels)
    }
    seen = [
        (colour, canvas.get((x + at % 9, y + at // 9), 0))
        for at, colour in enumerate(wanted)
        if colour and 0 <= x + at % 9 < SIDE and 0 <= y + at // 9 < SIDE
    ]
    box = box_of(placed)
    progress = compare(placed, wanted, box, draw_box(box, tiles, TILE), PALETTE)
    assert progress.pixels == len(seen)
    assert progress.right == sum(colour == painted for colour, painted in seen)
    assert progress.empty == sum(painted == 0 for _, painted in seen)
    assert progress.wrong == progress.pixels - progress.right - progress.empty
    assert progress.by_colour == {
        colour: (
            sum(one == colour for one, _ in seen),
            sum(one == colour == painted for one, painted in seen),
        )
        for colour in sorted({one for one, _ in seen})
    }


def test_a_colour_that_the_palette_has_twice_is_right_under_either_index() -> None:
    placed, box = template(0, 0, 1, 1), Box(0, 0, 1, 1)
    painted = draw_box(box, [PaintedTile(0, 0, bytes([3]) * TILE * TILE)], TILE)
    assert compare(placed, b"\1", box, painted, ("#ff0000", "#000000", "#ff0000")).right == 1
