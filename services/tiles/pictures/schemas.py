"""Requests about pictures."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from services.tiles.canvases.schemas import BoxQuery, RegionQuery
from services.tiles.pictures.rules import MAX_PICTURE_PIXELS, MAX_SCALE, SHRINKS
from shared.http.models import Query


def _check_shrink(value: int) -> int:
    if value not in SHRINKS:
        raise ValueError("must be 1, 2, 4, 8 or 16")
    return value


Shrink = Annotated[int, AfterValidator(_check_shrink)]


class Scale(Query):
    """How many times each pixel is repeated in each direction, and what is seen where nothing is painted."""

    scale: int = Field(1, ge=1, le=MAX_SCALE)
    paper: bool = Field(False, description="on the canvas's paper instead of transparent")


class CanvasPicture(RegionQuery, Scale):
    """Which cells of a canvas to draw, all by default, and how large."""

    shrink: Shrink = Field(
        1,
        description="1, 2, 4, 8 or 16 pixels per side become one of their mean colour; up to 3 s late",
    )
    pixels_above: int = Field(
        0,
        ge=0,
        le=MAX_PICTURE_PIXELS,
        description="only if the cells have more pixels than this; otherwise the response is 204",
    )


class PixelsPicture(BoxQuery, Scale):
    """Which pixels of a canvas to draw, all by default, and how large."""


class SnapshotPart(RegionQuery):
    """Which cells to load, all by default."""

    pixels_up_to: int = Field(
        MAX_PICTURE_PIXELS,
        ge=0,
        le=MAX_PICTURE_PIXELS,
        description="if the cells have more pixels than this, their tiles come without",
    )
