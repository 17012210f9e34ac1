"""Requests about the past."""

from __future__ import annotations

from pydantic import Field

from services.tiles.canvases.schemas import RegionQuery
from services.tiles.pictures.schemas import Shrink
from shared.http.models import BIGINT_MAX


class PastSnapshot(RegionQuery):
    """The moment and the cells to load, all by default."""

    at: int = Field(ge=0, le=BIGINT_MAX, description="number of the change after which it is shown")


class PastPicture(PastSnapshot):
    """The moment, the cells to draw, all by default, and how small."""

    shrink: Shrink = Field(1, description="1, 2, 4, 8 or 16 pixels per side become one of their mean colour")
