"""Requests and responses about strokes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.tiles.strokes.rules import MAX_PIXELS
from shared.http.models import BIGINT_MAX, Body, View

Pixel = Annotated[list[int], Field(min_length=2, max_length=2)]


class StrokeDraft(Body):
    """Pixels of a tile to paint, in order: `[[offset, colour], ...]`, offset counted row by row from 0."""

    pixels: list[Pixel] = Field(min_length=1, max_length=MAX_PIXELS)


class PaintMessage(StrokeDraft):
    """A stroke sent over WebSocket; `ref` is the client's own name for it, and comes back in the answer."""

    type: Literal["paint"]
    ref: int | Annotated[str, Field(max_length=100)]
    tile_id: int = Field(ge=1, le=BIGINT_MAX)


class PaintedView(View):
    """A durable stroke: the tile's version it made and its number on the canvas."""

    tile_id: int
    version: int
    seq: int
