"""Requests about layers."""

from __future__ import annotations

from pydantic import Field

from services.tiles.canvases.schemas import BoxQuery


class LayersPart(BoxQuery):
    """Which pixels of a canvas the file shows, and whose tiles it has."""

    everyone: bool = Field(False, description="the public tiles of all artists, not only the caller's own")
