"""Requests and responses of the routes that read tiles."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from services.tiles.tiles.rules import Tile
from shared.http.models import BIGINT_MAX, Paging, Query, View


class PendingView(View):
    """Pixels of a tile that wait for review; shown to its creator only."""

    id: int
    pixels: str
    submitted_at: datetime


class TileView(View):
    """A tile; `x` and `y` are its cell, `size` its side in pixels; in `place` mode it has no creator."""

    id: int
    canvas_id: int
    x: int
    y: int
    size: int
    pixels: str | None
    title: str | None
    description: str | None
    is_public: bool
    creator: ArtistView | None
    like_count: int
    version: int
    created_at: datetime
    updated_at: datetime
    pending: PendingView | None = Field(None, exclude_if=lambda pending: pending is None)


@dataclass(frozen=True, slots=True)
class TileSlice:
    """A slice of a list of tiles, encoded as `Page[TileView]`, without pixels that wait for review."""

    items: Sequence[Tile]
    next_cursor: str | None
    with_pixels: bool

    def to_json(self) -> bytes:
        """Encode the slice."""
        shown = [_to_dict(tile, with_pixels=self.with_pixels) for tile in self.items]
        return orjson.dumps({"items": shown, "next_cursor": self.next_cursor}, option=orjson.OPT_UTC_Z)


def tile_json(tile: Tile) -> bytes:
    """Encode a tile as TileView; takes a fifth of the model's time, for what is read most often."""
    shown = _to_dict(tile)
    if tile.pending is not None:
        shown["pending"] = {
            "id": tile.pending.id,
            "pixels": base64.b64encode(tile.pending.pixels).decode(),
            "submitted_at": tile.pending.submitted_at,
        }
    return orjson.dumps(shown, option=orjson.OPT_UTC_Z)


def _to_dict(tile: Tile, *, with_pixels: bool = True) -> dict[str, Any]:
    return {
        "id": tile.id,
        "canvas_id": tile.canvas_id,
        "x": tile.x,
        "y": tile.y,
        "size": tile.size,
        "pixels": base64.b64encode(tile.pixels).decode() if with_pixels else None,
        "title": tile.title,
        "description": tile.description,
        "is_public": tile.is_public,
        "creator": tile.creator,
        "like_count": tile.like_count,
        "version": tile.version,
        "created_at": tile.created_at,
        "updated_at": tile.updated_at,
    }


class TileCount(View):
    """How many tiles an artist has, and on one canvas how many more they may claim."""

    tile_count: int
    max_tiles: int | None
    remaining_tiles: int | None


class CanvasTiles(Paging):
    """A slice of a canvas's tiles; without pixels, an index of which artist painted where."""

    pixels: bool = True


class Cell(Query):
    """A position on a canvas, in cells."""

    x: int = Field(ge=0, le=8192)
    y: int = Field(ge=0, le=8192)


class CellNeighbourhood(Cell):
    """A position and how far around it to look, in cells."""

    radius: int = Field(1, ge=1, le=5)


class Neighbourhood(Query):
    """How far around a tile to look, in cells (Chebyshev distance)."""

    radius: int = Field(1, ge=1, le=5)


class CountedCanvas(Query):
    """The canvas to count on; all of them when absent."""

    canvas_id: int | None = Field(None, ge=1, le=BIGINT_MAX)
