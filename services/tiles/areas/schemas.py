"""Requests and responses about areas."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from shared.http.models import Body, View


class AreaDraft(Body):
    """Cells to claim: `columns` x `rows` of them, from (`x`, `y`) to the right and down."""

    x: int = Field(ge=0, le=8192)
    y: int = Field(ge=0, le=8192)
    columns: int = Field(ge=1, le=8192)
    rows: int = Field(ge=1, le=8192)


class AreaView(View):
    """An area, held until `expires_at` unless it is renewed or released."""

    id: int
    canvas_id: int
    x: int
    y: int
    columns: int
    rows: int
    holder: ArtistView
    claimed_at: datetime
    expires_at: datetime
