"""Requests for copies."""

from __future__ import annotations

from services.tiles.canvases.schemas import CanvasName
from shared.http.models import Body


class CopyDraft(Body):
    """The copy to make: its name, whether it begins with the picture, and who sees it, by default as now."""

    name: CanvasName
    with_picture: bool = False
    is_public: bool | None = None
