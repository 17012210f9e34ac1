"""What a stroke is and what becomes of it; standard library only."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.tiles.canvases.rules import check_visible
from services.tiles.tiles.rules import Actor, TileState, check_may_paint
from shared.errors import Invalid, NotFound, Refusal

MAX_PIXELS = 4096
"""Of one stroke: as JSON it fits a WebSocket message (`live.api.MAX_MESSAGE_BYTES`)."""

PICTURE_EVERY = 64
"""Versions of a tile; with the whole picture kept that often, any version is at most 63 strokes away."""

Pixels = Sequence[Sequence[int]]
"""`[[offset, colour], ...]`; offset counts the tile's pixels row by row from 0, colour as in a tile."""

_PIXEL = struct.Struct(">HB")


@dataclass(frozen=True, slots=True)
class Painted:
    """A durable stroke: the tile's version it made and its number on the canvas."""

    tile_id: int
    version: int
    seq: int


Verdict = Painted | Exception
"""Of one stroke: a Refusal is its own fault, Unavailable that of a dependency."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """What an artist wants painted; `answer` is called once, when its fate is known.

    `canvas_id` is set when the tile must lie on that canvas.
    """

    actor: Actor
    username: str
    tile_id: int
    canvas_id: int | None
    pixels: Pixels
    answer: Callable[[Verdict], None]


@dataclass(frozen=True, slots=True)
class Mark:
    """A stroke that was applied, as it is kept; `picture` is the whole tile after it, where that is due."""

    state: TileState
    author_id: int
    version: int
    seq: int
    pixels: Pixels
    packed: bytes
    picture: bytes | None


@dataclass(slots=True)
class WetTile:
    """A tile while strokes are applied to it."""

    state: TileState
    pixels: bytearray
    version: int


@dataclass(slots=True)
class Batch:
    """What strokes that are written together come to; tiles and canvases by id, in no order."""

    verdicts: list[Verdict] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    tiles: dict[int, WetTile] = field(default_factory=dict)
    seqs: dict[int, int] = field(default_factory=dict)


def apply_all(strokes: Iterable[Stroke], states: Mapping[int, TileState]) -> Batch:
    """Apply each stroke that may be, in order, to the tiles as they are; each has a verdict of its own."""
    batch = Batch()
    for stroke in strokes:
        try:
            mark = _apply(stroke, states.get(stroke.tile_id), batch)
        except Refusal as refusal:
            batch.verdicts.append(refusal)
        else:
            batch.marks.append(mark)
            batch.verdicts.append(Painted(stroke.tile_id, mark.version, mark.seq))
    return batch


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


def _apply(stroke: Stroke, state: TileState | None, batch: Batch) -> Mark:
    """Apply one stroke to the batch. Raises NotFound, Conflict `tile_locked`, NotAllowed, Invalid."""
    if state is None or stroke.canvas_id not in (None, state.canvas.id):
        raise NotFound("tile_not_found", "no such tile")
    canvas, actor = state.canvas, stroke.actor
    check_visible(canvas, actor.id, is_moderator=actor.is_moderator)
    check_may_paint(state, actor)
    check_pixels(stroke.pixels, canvas.tile_size, len(canvas.palette))
    tile = batch.tiles.get(state.tile.id)
    if tile is None:
        tile = WetTile(state, bytearray(state.tile.pixels), state.tile.version)
        batch.tiles[state.tile.id] = tile
    for offset, colour in stroke.pixels:
        tile.pixels[offset] = colour
    tile.version += 1
    seq = batch.seqs[canvas.id] = batch.seqs.get(canvas.id, canvas.seq) + 1
    picture = None if tile.version % PICTURE_EVERY else zlib.compress(tile.pixels)
    return Mark(state, actor.id, tile.version, seq, stroke.pixels, pack(stroke.pixels), picture)
