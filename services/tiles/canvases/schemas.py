"""Requests and responses about canvases."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from services.tiles.artists.schemas import ArtistView
from services.tiles.canvases.rules import (
    DEFAULT_CHARGES,
    DEFAULT_COOLDOWN,
    DEFAULT_PAPER,
    MAX_CHARGES,
    MAX_COOLDOWN,
    MAX_SIDE,
    MIN_SIDE,
    PALETTES,
    PLACING_FIELDS,
    Canvas,
    Chatters,
    Mode,
    Painters,
    PlacedPixels,
)
from shared.http.models import BIGINT_MAX, LINES, ONE_LINE, Body, Moment, Paging, Query, View

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError("must be a colour, as #rrggbb")
    return value.lower()


def _check_palette_name(value: str) -> str:
    if value not in PALETTES:
        raise ValueError(f"must be one of {', '.join(PALETTES)}, or a list of 2-255 colours")
    return value


Colour = Annotated[str, AfterValidator(_colour)]
NamedPalette = Annotated[str, AfterValidator(_check_palette_name)]
CustomPalette = Annotated[list[Colour], Field(min_length=2, max_length=255, fail_fast=True)]


def _kind_of_palette(value: object) -> str:
    return "colours" if isinstance(value, list) else "name"


Palette = Annotated[
    Annotated[NamedPalette, Tag("name")] | Annotated[CustomPalette, Tag("colours")],
    Discriminator(_kind_of_palette),  # or faults would be those of both kinds, by the names of functions
]
CanvasName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100), ONE_LINE]
Description = Annotated[str, Field(max_length=2000), LINES]
Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]


class PlacingChange(Body):
    """Settings of a canvas in `place` mode: how often an artist places pixels, and when.

    An artist has up to `max_charges`, spends one per pixel and gains one per `cooldown_seconds`; 0 seconds
    mean no limit. Painting begins at `starts_at`, ends at `ends_at` and stops while the canvas is `frozen`.
    """

    cooldown_seconds: int = Field(DEFAULT_COOLDOWN, ge=0, le=MAX_COOLDOWN)
    max_charges: int = Field(DEFAULT_CHARGES, ge=1, le=MAX_CHARGES)
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    frozen: bool = False

    def placing_values(self) -> dict[str, Any]:
        """Return those of the settings that are named."""
        return self.model_dump(include=self.model_fields_set & set(PLACING_FIELDS))


class CanvasDraft(PlacingChange):
    """A canvas to create; sides in pixels, multiples of `tile_size`.

    `paper_color` shows where pixels are transparent, to everyone the same.
    `cooldown_seconds`, `max_charges`, `starts_at`, `ends_at` and `frozen` are settings of `place` mode only.
    """

    name: CanvasName
    description: Description | None = None
    width: Side
    height: Side
    tile_size: Literal[16, 32, 64, 128]
    palette: Palette
    paper_color: Colour = DEFAULT_PAPER
    collaboration_mode: Mode = Field(Mode.TILE_LOCK, strict=False)
    max_tiles_per_user: int | None = Field(None, ge=1)
    is_public: bool = True
    chat: Chatters = Field(Chatters.EVERYONE, strict=False)
    who_paints: Painters = Field(Painters.EVERYONE, strict=False)


class CanvasChange(PlacingChange):
    """Changes to a canvas; omitted fields keep their values.

    Size and tile size give stored pixels their meaning, and never change. A palette may grow; colours that
    nothing has used yet may also be replaced or, at its end, removed. A new mode or limit applies from then
    on: no artist loses a tile by it. A canvas stays in `place` mode, and no other enters it. With a new
    `cooldown_seconds`, artists who wait keep the share of a charge that they have gained. Where a canvas
    `is_archived`, nothing is painted, claimed or removed until its owner opens it again.
    """

    name: CanvasName = ""
    description: Description | None = None
    palette: Palette = ""
    paper_color: Colour = DEFAULT_PAPER
    max_tiles_per_user: int = Field(1, ge=1)
    is_public: bool = True
    collaboration_mode: Mode = Field(Mode.TILE_LOCK, strict=False)
    chat: Chatters = Field(Chatters.EVERYONE, strict=False)
    who_paints: Painters = Field(Painters.EVERYONE, strict=False)
    is_archived: bool = False

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"name at least one of {', '.join(type(self).model_fields)}")
        return self


class CanvasList(Paging):
    """Which canvases, in which order; `active` sorts by the minute of the last change."""

    search: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="in name or description; only at the beginning of the name if shorter than 3",
    )
    sort: Literal["oldest", "newest", "active", "tiles"] = "oldest"
    owner_id: int | None = Field(None, ge=1, le=BIGINT_MAX)
    member: Literal["me"] | None = Field(None, description="only those on which the caller has a role")


class RegionQuery(Query):
    """A rectangle of cells, which without a size reaches to the canvas's edge."""

    x: int = Field(0, ge=0, le=MAX_SIDE)
    y: int = Field(0, ge=0, le=MAX_SIDE)
    columns: int | None = Field(None, ge=1, le=MAX_SIDE)
    rows: int | None = Field(None, ge=1, le=MAX_SIDE)


class BoxQuery(Query):
    """A rectangle of pixels, which without a size reaches to the canvas's edge."""

    x: int = Field(0, ge=0, le=MAX_SIDE)
    y: int = Field(0, ge=0, le=MAX_SIDE)
    width: int | None = Field(None, ge=1, le=MAX_SIDE)
    height: int | None = Field(None, ge=1, le=MAX_SIDE)


class EventsAfter(Query):
    """Which changes to list."""

    after: int = Field(ge=0, le=BIGINT_MAX, description="number of the last change the client has")
    limit: int = Field(100, ge=1, le=500)


class EventsView(View):
    """Changes in order, each as the live feed sends it; `seq` is the number of the canvas's last change."""

    items: list[dict[str, Any]]
    seq: int


class ShareView(View):
    """An artist's tiles and likes on a canvas."""

    artist: ArtistView
    tile_count: int
    like_count: int


class ColourCount(View):
    """How many pixels were placed in a colour, a palette index."""

    colour: int
    pixels: int


class HourCount(View):
    """How many pixels were placed in an hour, which is named by its start."""

    hour: datetime
    pixels: int


class PlacedStats(View):
    """Pixels placed in `place` mode, without those that were taken back; hours are those of the last week."""

    pixels_painted: int
    artist_count: int
    colours: list[ColourCount]
    pixels_per_hour: list[HourCount]

    @classmethod
    def of(cls, placed: PlacedPixels) -> PlacedStats:
        """Show what was placed."""
        return cls(
            pixels_painted=placed.count,
            artist_count=placed.artist_count,
            colours=[ColourCount(colour=one, pixels=count) for one, count in placed.by_colour.items()],
            pixels_per_hour=[HourCount(hour=hour, pixels=count) for hour, count in placed.by_hour.items()],
        )


class CanvasStats(View):
    """Statistics of a canvas; `top_artists` are the five with the most tiles.

    `colours_used` are the colours, counted from 1, that keep their place and value in the palette.
    `placed` has what is counted in `place` mode, in which no tile has an artist; it is null in others.
    """

    canvas_id: int
    tile_count: int
    cell_count: int
    artist_count: int
    like_count: int
    change_count: int
    last_activity_at: datetime
    top_artists: list[ShareView]
    colours_used: list[int]
    placed: PlacedStats | None


class CanvasView(View):
    """A canvas: `columns` by `rows` cells of `tile_size` pixels per side.

    The settings from `cooldown_seconds` to `frozen` are those of `place` mode, and empty in others.
    """

    id: int
    name: str
    description: str | None
    width: int
    height: int
    tile_size: int
    columns: int
    rows: int
    palette: list[str]
    paper_color: str
    collaboration_mode: Mode
    max_tiles_per_user: int
    is_public: bool
    is_active: bool
    chat: Chatters
    who_paints: Painters
    is_archived: bool
    owner: ArtistView
    tile_count: int
    cooldown_seconds: int | None
    max_charges: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    frozen: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, canvas: Canvas) -> CanvasView:
        """Show a canvas."""
        placing = canvas.placing
        return cls(
            id=canvas.id,
            name=canvas.name,
            description=canvas.description,
            width=canvas.width,
            height=canvas.height,
            tile_size=canvas.tile_size,
            columns=canvas.columns,
            rows=canvas.rows,
            palette=list(canvas.palette),
            paper_color=canvas.paper_color,
            collaboration_mode=canvas.mode,
            max_tiles_per_user=canvas.max_tiles_per_user,
            is_public=canvas.is_public,
            is_active=canvas.is_active,
            chat=canvas.chat,
            who_paints=canvas.who_paints,
            is_archived=canvas.is_archived,
            owner=ArtistView.model_validate(canvas.owner),
            tile_count=canvas.tile_count,
            cooldown_seconds=placing and placing.cooldown_seconds,
            max_charges=placing and placing.max_charges,
            starts_at=placing and placing.starts_at,
            ends_at=placing and placing.ends_at,
            frozen=placing is not None and placing.frozen,
            created_at=canvas.created_at,
            updated_at=canvas.updated_at,
        )
