"""Requests about pictures."""

from __future__ import annotations

from pydantic import Field

from services.tiles.canvases.schemas import RegionQuery
from services.tiles.pictures.rules import MAX_SCALE
from shared.http.models import Query


class Scale(Query):
    """How many times each pixel is repeated in each direction."""

    scale: int = Field(1, ge=1, le=MAX_SCALE)


class CanvasPicture(RegionQuery, Scale):
    """Which cells of a canvas to draw, all by default, and how large."""
