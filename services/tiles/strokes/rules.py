"""What a stroke is; standard library only."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from services.tiles.tiles.rules import Actor
from shared.errors import Invalid

MAX_PIXELS = 4096
"""Of one stroke: as JSON it fits a WebSocket message (`live.api.MAX_MESSAGE_BYTES`)."""

Pixels = Sequence[Sequence[int]]
"""`[[offset, colour], ...]`; offset counts the tile's pixels row by row from 0, colour as in a tile."""

_PIXEL = struct.Struct(">HB")


@dataclass(frozen=True, slots=True)
class Stroke:
    """What an artist wants painted; `canvas_id` is set when the tile must lie on that canvas."""

    actor: Actor
    username: str
    tile_id: int
    canvas_id: int | None
    pixels: Pixels

    @property
    def weight(self) -> int:
        """How much of a batch it takes, in pixels."""
        return len(self.pixels)


@dataclass(frozen=True, slots=True)
class Painted:
    """A durable stroke: the tile's version it made and its number on the canvas."""

    tile_id: int
    version: int
    seq: int


def check_pixels(pixels: Pixels, size: int, colours: int) -> None:
    """Raise Invalid unless every pixel lies in a tile of `size` and shows one of the palette's `colours`."""
    end = size * size
    for index, (offset, colour) in enumerate(pixels):
        if not 0 <= offset < end:
            raise Invalid.field(
                "body", "pixels", index, 0, msg=f"must be an offset in the tile, 0 to {end - 1}, not {offset}"
            )
        if not 0 <= colour <= colours:
            raise Invalid.field(
                "body", "pixels", index, 1, msg=f"must be a palette index, 0 to {colours}, not {colour}"
            )


def pack(pixels: Pixels) -> bytes:
    """Return a stroke in 3 bytes a pixel, as revisions keep it."""
    return b"".join([_PIXEL.pack(offset, colour) for offset, colour in pixels])


def unpack(packed: bytes) -> list[tuple[int, int]]:
    """Return the pixels of a packed stroke."""
    return list(_PIXEL.iter_unpack(packed))
