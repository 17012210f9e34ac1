"""What a canvas is and who may see it; standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from services.tiles.artists.rules import Artist
from shared.errors import Conflict, Invalid, StaleVersion

DEFAULT_MAX_TILES = 10
TILE_SIZES = (16, 32, 64, 128)
MIN_SIDE, MAX_SIDE = 64, 8192
"""Pixels."""

DEFAULT_COOLDOWN, MAX_COOLDOWN = 10, 3600
"""Seconds."""

DEFAULT_CHARGES, MAX_CHARGES = 6, 1000

DEFAULT_PAPER = "#ffffff"


class Mode(StrEnum):
    """How artists share a canvas."""

    FREE = "free"
    TILE_LOCK = "tile-lock"
    AREA_LOCK = "area-lock"
    REVIEW = "review"
    PLACE = "place"


class Chatters(StrEnum):
    """Who may write beside a canvas, among those who see it and have an account."""

    EVERYONE = "everyone"
    MEMBERS = "members"
    OFF = "off"


class Painters(StrEnum):
    """Who may paint on a public canvas; on a private one only members ever do."""

    EVERYONE = "everyone"
    MEMBERS = "members"


class CanvasRole(StrEnum):
    """What a member of a canvas may: see it; paint on it, too; and do there what its owner may."""

    VIEWER = "viewer"
    PAINTER = "painter"
    MODERATOR = "moderator"


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


def palette_of(chosen: str | Sequence[str]) -> tuple[str, ...]:
    """Return the colours of a palette that is given by its name or as its colours."""
    return PALETTES[chosen] if isinstance(chosen, str) else tuple(chosen)


@dataclass(frozen=True, slots=True)
class Placing:
    """How often, and when, artists place pixels on a canvas in `place` mode.

    An artist has up to `max_charges`, spends one per pixel and gains one per `cooldown_seconds`; without a
    cooldown there is no limit. Painting begins at `starts_at` and ends at `ends_at`.
    """

    cooldown_seconds: int = DEFAULT_COOLDOWN
    max_charges: int = DEFAULT_CHARGES
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    frozen: bool = False


PLACING_FIELDS = tuple(field.name for field in fields(Placing))


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
    paper_color: str
    mode: Mode
    max_tiles_per_user: int
    is_public: bool
    is_active: bool
    tile_count: int
    seq: int
    created_at: datetime
    updated_at: datetime
    placing: Placing | None = None
    """In `place` mode only."""
    chat: Chatters = Chatters.EVERYONE
    who_paints: Painters = Painters.EVERYONE
    is_archived: bool = False
    roles: Mapping[int, CanvasRole] = field(default_factory=dict)
    """Of its members, by account id."""

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
    member_id: int | None = None


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
class PlacedPixels:
    """What was placed on a canvas: pixels in all and their artists, and pixels by colour and by hour."""

    count: int
    artist_count: int
    by_colour: Mapping[int, int]
    by_hour: Mapping[datetime, int]


def check_limit(max_tiles_per_user: int, cells: int) -> int:
    """Return the limit of tiles per artist; raises Invalid for more than there are cells."""
    if max_tiles_per_user > cells:
        raise Invalid.field(
            "body",
            "max_tiles_per_user",
            msg=f"must be at most the number of cells ({cells})",
            rule="less_than_equal",
            limit=cells,
        )
    return max_tiles_per_user


def check_plan(width: int, height: int, tile_size: int, max_tiles_per_user: int | None) -> int:
    """Check the measures of a new canvas; returns its limit of tiles per artist.

    Raises Invalid naming the first measure that breaks a rule.
    """
    for name, side in (("width", width), ("height", height)):
        if side % tile_size:
            raise Invalid.field(
                "body",
                name,
                msg=f"must be a multiple of tile_size ({tile_size})",
                rule="multiple_of",
                limit=tile_size,
            )
    cells = (width // tile_size) * (height // tile_size)
    if max_tiles_per_user is None:
        return min(DEFAULT_MAX_TILES, cells)
    return check_limit(max_tiles_per_user, cells)


def plan_placing(mode: Mode, values: Mapping[str, Any]) -> Placing | None:
    """Return how pixels are placed on a new canvas of this mode, given what its draft says of that.

    Raises Invalid naming a field that only `place` mode has, or `ends_at` if it is not after `starts_at`.
    """
    if mode is Mode.PLACE:
        return _check_times(Placing(**values))
    if values:
        raise Invalid.field("body", min(values), msg=f"is a setting of {Mode.PLACE} mode only")
    return None


def apply_change(canvas: Canvas, values: Mapping[str, Any]) -> Canvas:
    """Return the canvas with new values of some fields, those of `Placing` among them.

    A canvas stays in `place` mode, and no other enters it: its picture belongs to everybody, the tiles of
    others to their artists. Raises Conflict `mode_fixed` or `wrong_mode`, Invalid.
    """
    mode = values.get("mode", canvas.mode)
    if (mode is Mode.PLACE) != (canvas.mode is Mode.PLACE):
        raise Conflict("mode_fixed", f"A canvas cannot change from {canvas.mode} mode to {mode} mode.")
    placing_values = {name: value for name, value in values.items() if name in PLACING_FIELDS}
    placing = canvas.placing
    if placing_values:
        check_mode(canvas, Mode.PLACE)
        assert placing is not None
        placing = _check_times(replace(placing, **placing_values))
    others = {name: value for name, value in values.items() if name not in PLACING_FIELDS}
    changed = replace(canvas, **others, placing=placing)
    check_limit(changed.max_tiles_per_user, canvas.columns * canvas.rows)
    return changed


def _check_times(placing: Placing) -> Placing:
    if placing.starts_at and placing.ends_at and placing.ends_at <= placing.starts_at:
        raise Invalid.field("body", "ends_at", msg="must be after starts_at", rule="before_start")
    return placing


def check_unchanged_since(canvas: Canvas, expected_seq: int | None) -> None:
    """Raise StaleVersion if something on the canvas has changed since the caller read it."""
    if expected_seq is not None and expected_seq != canvas.seq:
        raise StaleVersion("stale_version", f"The canvas is at change {canvas.seq}, not {expected_seq}.")


def check_claims(canvas: Canvas) -> None:
    """Raise Conflict `no_claims` in `place` mode, in which nothing on the canvas belongs to one artist."""
    if canvas.mode is Mode.PLACE:
        raise Conflict("no_claims", "On this canvas everybody places pixels, and nobody claims tiles.")


def check_mode(canvas: Canvas, mode: Mode) -> None:
    """Raise Conflict unless the canvas is in this mode: `no_claims` in `place` mode, else `wrong_mode`."""
    if canvas.mode is not mode:
        check_claims(canvas)
        raise Conflict("wrong_mode", f"This canvas is in {canvas.mode} mode, not in {mode} mode.")
