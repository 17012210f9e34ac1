"""Rectangles of a canvas, in cells and in pixels; standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from services.tiles.canvases.rules import Canvas
from shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of cells."""

    x: int
    y: int
    columns: int
    rows: int

    def box(self, tile_size: int) -> Box:
        """Return the pixels of these cells."""
        return Box(self.x * tile_size, self.y * tile_size, self.columns * tile_size, self.rows * tile_size)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels of a canvas."""

    x: int
    y: int
    width: int
    height: int

    @property
    def pixels(self) -> int:
        """How many there are in it."""
        return self.width * self.height

    def cells(self, tile_size: int) -> Region:
        """Return the cells of which it has pixels."""
        left, top = self.x // tile_size, self.y // tile_size
        right, bottom = (self.x + self.width - 1) // tile_size, (self.y + self.height - 1) // tile_size
        return Region(left, top, right - left + 1, bottom - top + 1)


def region_of(
    canvas_columns: int, canvas_rows: int, x: int, y: int, columns: int | None, rows: int | None
) -> Region:
    """Return a rectangle of cells, which without a size reaches to the canvas's edge.

    Raises Invalid naming the parameter that reaches beyond the canvas.
    """
    width = _span("x", x, "columns", columns, canvas_columns)
    height = _span("y", y, "rows", rows, canvas_rows)
    return Region(x, y, width, height)


def box_of(canvas: Canvas, x: int, y: int, width: int | None, height: int | None) -> Box:
    """Return a rectangle of pixels, which without a size reaches to the canvas's edge.

    Raises Invalid naming the parameter that reaches beyond the canvas.
    """
    return Box(
        x, y, _span("x", x, "width", width, canvas.width), _span("y", y, "height", height, canvas.height)
    )


def _span(start_name: str, start: int, size_name: str, size: int | None, side: int) -> int:
    if start >= side:
        raise Invalid.field("query", start_name, msg=f"must be less than {side}")
    if size is not None and start + size > side:
        raise Invalid.field("query", size_name, msg=f"must be at most {side - start} from {start_name}")
    return side - start if size is None else size
