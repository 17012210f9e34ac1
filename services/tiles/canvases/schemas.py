"""Requests and responses about canvases."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from services.tiles.artists.schemas import ArtistView
from services.tiles.canvases.rules import MAX_SIDE, MIN_SIDE, PALETTES, Canvas, Mode
from shared.http.models import BIGINT_MAX, ONE_LINE, Body, Paging, Query, View

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
CanvasName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100), ONE_LINE]
Side = Annotated[int, Field(ge=MIN_SIDE, le=MAX_SIDE)]


class CanvasDraft(Body):
    """A canvas to create; sides in pixels, multiples of `tile_size`."""

    name: CanvasName
    description: str | None = Field(None, max_length=2000)
    width: Side
    height: Side
    tile_size: Literal[16, 32, 64, 128]
    palette: NamedPalette | CustomPalette
    collaboration_mode: Mode = Field(Mode.TILE_LOCK, strict=False)
    max_tiles_per_user: int | None = Field(None, ge=1)
    is_public: bool = True


class CanvasChange(Body):
    """Changes to a canvas; omitted fields keep their values.

    Size, tile size and palette give stored pixels their meaning, and never change. A new mode or limit
    applies from then on: no artist loses a tile by it.
    """

    name: CanvasName = ""
    description: str | None = Field(None, max_length=2000)
    max_tiles_per_user: int = Field(1, ge=1)
    is_public: bool = True
    collaboration_mode: Mode = Field(Mode.TILE_LOCK, strict=False)

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


class RegionQuery(Query):
    """A rectangle of cells, which without a size reaches to the canvas's edge."""

    x: int = Field(0, ge=0, le=MAX_SIDE)
    y: int = Field(0, ge=0, le=MAX_SIDE)
    columns: int | None = Field(None, ge=1, le=MAX_SIDE)
    rows: int | None = Field(None, ge=1, le=MAX_SIDE)


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


class CanvasStats(View):
    """Statistics of a canvas; `top_artists` are the five with the most tiles."""

    canvas_id: int
    tile_count: int
    cell_count: int
    artist_count: int
    like_count: int
    change_count: int
    last_activity_at: datetime
    top_artists: list[ShareView]


class CanvasView(View):
    """A canvas: `columns` by `rows` cells of `tile_size` pixels per side."""

    id: int
    name: str
    description: str | None
    width: int
    height: int
    tile_size: int
    columns: int
    rows: int
    palette: list[str]
    collaboration_mode: Mode
    max_tiles_per_user: int
    is_public: bool
    is_active: bool
    owner: ArtistView
    tile_count: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, canvas: Canvas) -> CanvasView:
        """Show a canvas."""
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
            collaboration_mode=canvas.mode,
            max_tiles_per_user=canvas.max_tiles_per_user,
            is_public=canvas.is_public,
            is_active=canvas.is_active,
            owner=ArtistView.model_validate(canvas.owner),
            tile_count=canvas.tile_count,
            created_at=canvas.created_at,
            updated_at=canvas.updated_at,
        )
