"""Which tiles a layered file has, what it calls them, and how large it may get; standard library only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from services.tiles.canvases.regions import Box
from shared.errors import Conflict, Invalid, NotFound

MAX_LAYERED_PIXELS = 2048 * 2048
"""Of the part of a canvas: a second of work, and 16 MiB while OpenRaster's merged picture is made."""

MAX_LAYERS = 1024
"""Tiles in a file; editors get slow with a few hundred layers."""


class LayerFormat(StrEnum):
    """The format of a layered file, by its extension."""

    OPENRASTER = "ora"
    ASEPRITE = "aseprite"


@dataclass(frozen=True, slots=True)
class Layer:
    """A tile as a layer: its cell, and the name of its artist, None where nobody claimed the cell."""

    tile_id: int
    x: int
    y: int
    artist: str | None

    @property
    def name(self) -> str:
        """Its cell, counted from 1 as pages do, and its artist."""
        cell = f"{self.x + 1}, {self.y + 1}"
        return cell if self.artist is None else f"{cell} · {self.artist}"


def check_size(box: Box) -> None:
    """Raise Invalid naming `width` if a part of a canvas has too many pixels for layers."""
    if box.pixels > MAX_LAYERED_PIXELS:
        most = MAX_LAYERED_PIXELS // box.height
        raise Invalid.field(
            "query",
            "width",
            msg=f"must be at most {most} at this height",
            rule="less_than_equal",
            limit=most,
        )


def check_layers(layers: Collection[Layer]) -> None:
    """Raise NotFound `no_tiles` for a file without layers, Conflict `too_many_layers`."""
    if not layers:
        raise NotFound("no_tiles", "There is no such tile in this part of the canvas.")
    if len(layers) > MAX_LAYERS:
        raise Conflict(
            "too_many_layers",
            f"A file holds at most {MAX_LAYERS} tiles; choose a smaller part of the canvas.",
        )
