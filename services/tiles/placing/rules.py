"""What a placement is, and how placements that arrive together are applied; standard library only.

Each is decided by itself, on the picture and the charges that those before it left, as if it had come alone.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.tiles.artists.rules import Actor
from services.tiles.canvases.access import check_may_contribute, check_visible
from services.tiles.canvases.rules import MAX_CHARGES, Canvas, Mode, Placing, check_mode
from services.tiles.charges.rules import Charges, check_open, count_charges, give_back, spend
from services.tiles.revisions.rules import Change, Details, Kind, is_kept_whole, pack_stroke
from services.tiles.tiles.rules import Tile
from shared.errors import Conflict, Invalid, Refusal

MAX_PIXELS = MAX_CHARGES
"""Per placement."""

MAX_TILES = 64
"""Tiles that one placement touches: each is read and written as a whole, up to 16 KiB."""

REPEAT_SECONDS = 60
"""How long the answer to a placement is kept for a client that repeats it."""

TAKE_BACK_SECONDS = 10

LARGEST_TILE = 128
"""Pixels per side."""

Pixels = Sequence[Sequence[int]]
"""`[[x, y, colour], ...]` in pixels of the canvas; colour 0 is empty."""

Cell = tuple[int, int]

_PIXEL = struct.Struct(">HHBB")


@dataclass(frozen=True, slots=True)
class Placement:
    """Pixels that an artist places; `ref` is the client's name for it, as JSON."""

    actor: Actor
    username: str
    canvas_id: int
    ref: str
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Placed:
    """A durable placement: its number on the canvas, and the charges that it left."""

    seq: int
    charges: Charges


Outcome = Placed | Exception
"""Outcome of a placement: otherwise a Refusal, or Unavailable if a dependency failed."""


class PlacedPixel(NamedTuple):
    """A pixel that was placed, and the colour that was there before."""

    x: int
    y: int
    colour: int
    before: int


@dataclass(frozen=True, slots=True)
class KeptPlacement:
    """A placement of the last minute and its answer."""

    pixels: Sequence[PlacedPixel]
    placed: Placed

    def is_repeated_by(self, placement: Placement) -> bool:
        """Return whether a placement with the same ref is the same."""
        return [list(pixel[:3]) for pixel in self.pixels] == [list(pixel) for pixel in placement.pixels]


@dataclass(frozen=True, slots=True)
class LastPlacement:
    """An artist's last placement, and when all their charges are back."""

    ref: str
    seq: int
    pixels: Sequence[PlacedPixel]
    placed_at: datetime
    full_at: datetime


@dataclass(slots=True)
class PaintedTile:
    """A tile while pixels are placed on it; it exists from version 1 on."""

    id: int
    cell: Cell
    pixels: bytearray
    version: int


@dataclass(slots=True)
class Board:
    """Everything that decides about placements on a canvas, read under its lock, and what they leave.

    `full_at` and `kept` are those of the artists who place; `tiles` those they touch.
    """

    canvas: Canvas
    now: datetime
    tiles: dict[Cell, PaintedTile] = field(default_factory=dict)
    full_at: dict[int, datetime] = field(default_factory=dict)
    kept: dict[tuple[int, str], KeptPlacement] = field(default_factory=dict)


class Kept(NamedTuple):
    """A placement to keep for a minute."""

    placement: Placement
    kept: KeptPlacement


@dataclass(slots=True)
class Result:
    """An outcome for each placement, and what is to be stored of them."""

    outcomes: list[Outcome] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    touched: set[Cell] = field(default_factory=set)
    spent: dict[int, int] = field(default_factory=dict)
    """Pixels by artist."""
    placed: Counter[tuple[int, int]] = field(default_factory=Counter)
    """Pixels by the hour since 1970 in which they were placed, and by colour."""


def count_blocks(pixels: Pixels) -> int:
    """Return on how many tiles of the largest size these pixels would lie."""
    return len({(x // LARGEST_TILE, y // LARGEST_TILE) for x, y, _ in pixels})


def cells_of(pixels: Iterable[Sequence[int]], tile_size: int) -> set[Cell]:
    """Return the cells in which pixels lie, each given as x, y and anything else."""
    return {(pixel[0] // tile_size, pixel[1] // tile_size) for pixel in pixels}


def check_pixels(canvas: Canvas, pixels: Pixels) -> None:
    """Raise Invalid unless every pixel lies on the canvas and in its palette, on at most MAX_TILES tiles."""
    limits = (canvas.width - 1, canvas.height - 1, len(canvas.palette))
    for index, pixel in enumerate(pixels):
        for place, (value, limit) in enumerate(zip(pixel, limits, strict=True)):
            if not 0 <= value <= limit:
                what = ("the canvas: x from", "the canvas: y from", "the palette: a colour from")[place]
                raise Invalid.field(
                    "body", "pixels", index, place, msg=f"must be in {what} 0 to {limit}, not {value}"
                )
    if len(cells_of(pixels, canvas.tile_size)) > MAX_TILES:
        raise Invalid.field("body", "pixels", msg=f"must lie on at most {MAX_TILES} tiles")


def check_may_place(canvas: Canvas | None, actor: Actor, now: datetime) -> Placing:
    """Return how pixels are placed on the canvas; every artist who sees it may, while it is open.

    Raises NotFound, NotAllowed `members_only`, Conflict `wrong_mode`, `not_open` or `frozen`.
    """
    seen = check_visible(canvas, actor)
    check_mode(seen, Mode.PLACE)
    check_may_contribute(seen, actor)
    assert seen.placing is not None
    check_open(seen.placing, now)
    return seen.placing


def apply_all(placements: Iterable[Placement], board: Board, number: Callable[[Canvas], int]) -> Result:
    """Apply the placements that are allowed, in order; return an outcome for each."""
    result = Result()
    for placement in placements:
        try:
            result.outcomes.append(_apply(placement, board, number, result))
        except Refusal as refusal:
            result.outcomes.append(refusal)
    return result


def _apply(placement: Placement, board: Board, number: Callable[[Canvas], int], result: Result) -> Placed:
    """Apply one placement, or repeat its answer."""
    artist_id = placement.actor.id
    check_mode(check_visible(board.canvas, placement.actor), Mode.PLACE)
    known = board.kept.get((artist_id, placement.ref))
    if known is not None:
        if not known.is_repeated_by(placement):
            raise Conflict("ref_reused", "This ref names another placement of the last minute.")
        return known.placed
    placing = check_may_place(board.canvas, placement.actor, board.now)
    check_pixels(board.canvas, placement.pixels)
    full_at = spend(placing, board.full_at.get(artist_id), board.now, len(placement.pixels))
    board.full_at[artist_id] = full_at
    result.spent[artist_id] = result.spent.get(artist_id, 0) + len(placement.pixels)
    seq = number(board.canvas)
    pixels = paint(board, placement.pixels)
    hour = hour_of(board.now)
    result.placed.update((hour, pixel.colour) for pixel in pixels)
    result.changes += revise(board, pixels, seq, artist_id, Kind.STROKE, result.touched)
    placed = Placed(seq, count_charges(placing, full_at, board.now))
    kept = KeptPlacement(pixels, placed)
    board.kept[artist_id, placement.ref] = kept
    result.kept.append(Kept(placement, kept))
    return placed


def paint(board: Board, pixels: Pixels) -> list[PlacedPixel]:
    """Paint pixels on their tiles, in order; returns them with the colours that they cover."""
    size = board.canvas.tile_size
    painted = []
    for x, y, colour in pixels:
        tile = board.tiles[x // size, y // size].pixels
        offset = y % size * size + x % size
        painted.append(PlacedPixel(x, y, colour, tile[offset]))
        tile[offset] = colour
    return painted


def revise(
    board: Board, pixels: Sequence[PlacedPixel], seq: int, author_id: int, kind: Kind, touched: set[Cell]
) -> list[Change]:
    """Give each tile on which pixels were painted its next version; returns their revisions.

    The first version of a tile is kept whole, so that its history has something to begin with.
    """
    size = board.canvas.tile_size
    strokes: dict[Cell, list[tuple[int, int]]] = {}
    for x, y, colour, _ in pixels:
        stroke = strokes.setdefault((x // size, y // size), [])
        stroke.append((y % size * size + x % size, colour))
    changes = []
    for cell, stroke in strokes.items():
        tile = board.tiles[cell]
        tile.version += 1
        is_first = tile.version == 1
        is_whole = is_first or is_kept_whole(tile.version, len(stroke), len(tile.pixels))
        changes.append(
            Change(
                _locate(board, tile),
                tile.version,
                Kind.CREATED if is_first else kind,
                seq,
                author_id,
                zlib.compress(tile.pixels) if is_whole else None,
                pack_stroke(stroke),
                Details(None, None, is_public=True) if is_first else None,
            )
        )
    touched.update(strokes)
    return changes


def hour_of(moment: datetime) -> int:
    """Return the hour since 1970 in which a moment lies."""
    return int(moment.timestamp()) // 3600


def _locate(board: Board, painted: PaintedTile) -> Tile:
    """Return the tile that a revision is of: its id and place count."""
    (x, y), now = painted.cell, board.now
    return Tile(
        painted.id, board.canvas.id, x, y, board.canvas.tile_size, b"", None, None,
        True, None, 0, painted.version, now, now,
    )  # fmt: skip


def find_uncovered(
    board: Board, pixels: Sequence[PlacedPixel], later: Mapping[int, Sequence[bytes | None]]
) -> list[PlacedPixel]:
    """Return those placed pixels that nobody has painted over, the last first.

    `later` has the strokes on each tile since, by its id; None stands for a change of the whole tile.
    """
    size = board.canvas.tile_size
    covered: dict[Cell, set[int] | None] = {}
    for cell, tile in board.tiles.items():
        strokes = later.get(tile.id, ())
        offsets = {offset for stroke in strokes if stroke for offset in _offsets_of(stroke)}
        covered[cell] = None if None in strokes else offsets

    def is_left(pixel: PlacedPixel) -> bool:
        cell = pixel.x // size, pixel.y // size
        offsets = covered[cell]
        return (
            board.tiles[cell].version > 0
            and offsets is not None
            and pixel.y % size * size + pixel.x % size not in offsets
        )

    return [pixel for pixel in reversed(pixels) if is_left(pixel)]


def take_back(
    board: Board, placing: Placing, last: LastPlacement, pixels: Sequence[PlacedPixel], seq: int, actor: Actor
) -> tuple[Placed, Result]:
    """Give pixels of the last placement, the last first, the colours that they covered.

    Their charges return to the artist.
    """
    result = Result()
    restored = paint(board, [(x, y, before) for x, y, _, before in pixels])
    result.changes += revise(board, restored, seq, actor.id, Kind.TAKEN_BACK, result.touched)
    board.full_at[actor.id] = give_back(placing, last.full_at, len(pixels))
    return Placed(seq, count_charges(placing, board.full_at[actor.id], board.now)), result


def nothing_to_take_back() -> Conflict:
    """Build the error for an artist none of whose pixels can be taken back."""
    return Conflict(
        "nothing_to_take_back",
        f"You placed nothing in the last {TAKE_BACK_SECONDS} s that nobody has painted over.",
    )


def pack_pixels(pixels: Iterable[PlacedPixel]) -> bytes:
    """Pack placed pixels into 6 bytes each."""
    return b"".join([_PIXEL.pack(*pixel) for pixel in pixels])


def unpack_pixels(packed: bytes) -> list[PlacedPixel]:
    """Return the pixels that were packed."""
    return [PlacedPixel(*pixel) for pixel in _PIXEL.iter_unpack(packed)]


def _offsets_of(stroke: bytes) -> Iterable[int]:
    return (high << 8 | low for high, low in zip(stroke[0::3], stroke[1::3], strict=True))
