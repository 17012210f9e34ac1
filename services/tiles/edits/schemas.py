"""Requests that write tiles, and their responses."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.tiles.edits.rules import MAX_PIXELS, NewValues
from shared.errors import Invalid
from shared.http.bodies import BodyBounds
from shared.http.models import BIGINT_MAX, LINES, ONE_LINE, Body, View

STROKE_BOUNDS = BodyBounds(size=256 * 1024, items=4 * MAX_PIXELS)
"""Of a stroke as JSON: MAX_PIXELS pixels, also if they are indented, or twice as many to be told so."""

MAX_TITLE, MAX_DESCRIPTION = 100, 1000
MAX_OFFSET = 128 * 128 - 1
"""Of a pixel in the largest tile; the rules check whether it lies in this one."""

MAX_PIXELS_TEXT = 4 * (128 * 128 // 3 + 1)
"""Characters of base64 of the largest tile."""

Title = Annotated[str, Field(max_length=MAX_TITLE), ONE_LINE]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION), LINES]
Pixel = Annotated[list[Annotated[int, Field(ge=0, le=MAX_OFFSET)]], Field(min_length=2, max_length=2)]


class TileDraft(Body):
    """A tile to create in a free cell; `pixels` is base64 of one byte per pixel, row by row."""

    canvas_id: int = Field(ge=1, le=BIGINT_MAX)
    x: int = Field(ge=0, le=8192)
    y: int = Field(ge=0, le=8192)
    pixels: str = Field(max_length=MAX_PIXELS_TEXT)
    title: Title | None = None
    description: Description | None = None
    is_public: bool = True


class TileChange(Body):
    """Changes to a tile; omitted fields keep their values."""

    pixels: str = Field("", max_length=MAX_PIXELS_TEXT)
    title: Title | None = None
    description: Description | None = None
    is_public: bool = True

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one of pixels, title, description, is_public")
        return self

    def values(self) -> NewValues:
        """Return the change with its pixels decoded. Raises Invalid naming `pixels`."""
        return NewValues(
            named=frozenset(self.model_fields_set),
            pixels=decode_pixels(self.pixels),
            title=self.title,
            description=self.description,
            is_public=self.is_public,
        )


class StrokeDraft(Body):
    """Pixels of a tile to paint, in order: `[[offset, colour], ...]`, offset counted row by row from 0."""

    pixels: list[Pixel] = Field(min_length=1, max_length=MAX_PIXELS, fail_fast=True)


class PaintMessage(StrokeDraft):
    """A stroke sent over WebSocket; `ref` is the client's name for it, repeated in the answer."""

    type: Literal["paint"]
    ref: int | Annotated[str, Field(max_length=100)]
    tile_id: int = Field(ge=1, le=BIGINT_MAX)


class PaintedView(View):
    """A durable stroke: the tile's version it made and its number on the canvas."""

    tile_id: int
    version: int
    seq: int


def decode_pixels(text: str) -> bytes:
    """Decode base64 pixels; raises Invalid naming `pixels`. The rules check whether they fit a tile."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid.field("body", "pixels", msg="must be base64") from None
