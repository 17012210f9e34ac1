"""What a canvas is and who may see it; standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.tiles.artists.rules import Actor, Artist
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion

DEFAULT_MAX_TILES = 10
TILE_SIZES = (16, 32, 64, 128)
MIN_SIDE, MAX_SIDE = 64, 8192
"""Pixels."""


class Mode(StrEnum):
    """How artists share a canvas."""

    FREE = "free"
    TILE_LOCK = "tile-lock"
    AREA_LOCK = "area-lock"
    REVIEW = "review"


class Sort(StrEnum):
    """The order in which canvases are listed; descending in all but the first."""

    OLDEST = "oldest"
    NEWEST = "newest"
    ACTIVE = "active"
    TILES = "tiles"


PALETTES: dict[str, tuple[str, ...]] = {
    # https://lospec.com/palette-list/pico-8
    "pico-8": (
        "#000000", "#1d2b53", "#7e2553", "#008751", "#ab5236", "#5f574f", "#c2c3c7", "#fff1e8",
        "#ff004d", "#ffa300", "#ffec27", "#00e436", "#29adff", "#83769c", "#ff77a8", "#ffccaa",
    ),
    # https://lospec.com/palette-list/sweetie-16
    "sweetie-16": (
        "#1a1c2c", "#5d275d", "#b13e53", "#ef7d57", "#ffcd75", "#a7f070", "#38b764", "#257179",
        "#29366f", "#3b5dc9", "#41a6f6", "#73eff7", "#f4f4f4", "#94b0c2", "#566c86", "#333c57",
    ),
    # https://lospec.com/palette-list/nintendo-gameboy-bgb
    "gameboy": ("#081820", "#346856", "#88c070", "#e0f8d0"),
    # Okabe and Ito's colours for colour-blind people, https://jfly.uni-koeln.de/color/
    "okabe-ito": (
        "#000000", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#ffffff",
    ),
}  # fmt: skip
"""Named palettes; a pixel of value i shows colour i, counted from 1."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A canvas as stored; sides in pixels, `seq` the number of its last change."""

    id: int
    owner: Artist
    name: str
    description: str | None
    width: int
    height: int
    tile_size: int
    palette: tuple[str, ...]
    mode: Mode
    max_tiles_per_user: int
    is_public: bool
    is_active: bool
    tile_count: int
    seq: int
    created_at: datetime
    updated_at: datetime

    @property
    def columns(self) -> int:
        """Cells across."""
        return self.width // self.tile_size

    @property
    def rows(self) -> int:
        """Cells down."""
        return self.height // self.tile_size

    def has_cell(self, x: int, y: int) -> bool:
        """Return whether the cell lies inside the canvas."""
        return 0 <= x < self.columns and 0 <= y < self.rows


class CanvasSeq(NamedTuple):
    """A canvas's id and the number of its last change."""

    id: int
    seq: int


class Numbers:
    """Numbers the changes that one transaction makes, each canvas's from its last change on, without gaps."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def next(self, canvas: Canvas | CanvasSeq) -> int:
        """Return the number of the next change of a canvas; its `seq` counts when it is first seen."""
        number = self._last[canvas.id] = self._last.get(canvas.id, canvas.seq) + 1
        return number


@dataclass(frozen=True, slots=True)
class CanvasFilter:
    """Which canvases to list, by owner and search, and their order."""

    sort: Sort
    search: str | None
    owner_id: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """An artist's tiles and likes on a canvas."""

    artist: Artist
    tile_count: int
    like_count: int


@dataclass(frozen=True, slots=True)
class Shares:
    """The artists and likes of a canvas, and the artists with the most tiles."""

    artist_count: int
    like_count: int
    top: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of cells."""

    x: int
    y: int
    columns: int
    rows: int


def region_of(
    canvas_columns: int, canvas_rows: int, x: int, y: int, columns: int | None, rows: int | None
) -> Region:
    """Return a rectangle of cells, which without a size reaches to the canvas's edge.

    Raises Invalid naming the parameter that reaches beyond the canvas.
    """
    for start_name, start, size_name, size, side in (
        ("x", x, "columns", columns, canvas_columns),
        ("y", y, "rows", rows, canvas_rows),
    ):
        if start >= side:
            raise Invalid.field("query", start_name, msg=f"must be less than {side}")
        if size is not None and start + size > side:
            raise Invalid.field("query", size_name, msg=f"must be at most {side - start} from {start_name}")
    return Region(x, y, columns or canvas_columns - x, rows or canvas_rows - y)


def check_limit(max_tiles_per_user: int, cells: int) -> int:
    """Return the limit of tiles per artist; raises Invalid for more than there are cells."""
    if max_tiles_per_user > cells:
        raise Invalid.field(
            "body", "max_tiles_per_user", msg=f"must be at most the number of cells ({cells})"
        )
    return max_tiles_per_user


def check_plan(width: int, height: int, tile_size: int, max_tiles_per_user: int | None) -> int:
    """Check the measures of a new canvas; returns its limit of tiles per artist.

    Raises Invalid naming the first measure that breaks a rule.
    """
    for name, side in (("width", width), ("height", height)):
        if side % tile_size:
            raise Invalid.field("body", name, msg=f"must be a multiple of tile_size ({tile_size})")
    cells = (width // tile_size) * (height // tile_size)
    if max_tiles_per_user is None:
        return min(DEFAULT_MAX_TILES, cells)
    return check_limit(max_tiles_per_user, cells)


def check_may_manage(canvas: Canvas, actor: Actor) -> None:
    """Raise NotAllowed unless the actor may change or delete the canvas: its owner or a moderator."""
    if not actor.is_moderator and canvas.owner.id != actor.id:
        raise NotAllowed("not_canvas_owner", "Only the owner or a moderator can change this canvas.")


def check_unchanged_since(canvas: Canvas, expected_seq: int | None) -> None:
    """Raise StaleVersion if something on the canvas has changed since the caller read it."""
    if expected_seq is not None and expected_seq != canvas.seq:
        raise StaleVersion("stale_version", f"The canvas is at change {canvas.seq}, not {expected_seq}.")


def check_visible(canvas: Canvas | None, viewer: Actor | None) -> Canvas:
    """Return the canvas if this viewer (None: a guest) may know of it; raises NotFound otherwise.

    Only its owner and moderators see a private canvas; a deleted one no longer exists for anyone.
    """
    if canvas is None or not canvas.is_active:
        raise NotFound("canvas_not_found", "No such canvas.")
    if canvas.is_public:
        return canvas
    if viewer is None or not (viewer.is_moderator or canvas.owner.id == viewer.id):
        raise NotFound("canvas_not_found", "No such canvas.")
    return canvas


def check_mode(canvas: Canvas, mode: Mode) -> None:
    """Raise Conflict `wrong_mode` unless the canvas is in this mode."""
    if canvas.mode is not mode:
        raise Conflict("wrong_mode", f"This canvas is in {canvas.mode} mode, not in {mode} mode.")
