"""Request and response about a pixel."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from services.tiles.canvases.rules import MAX_SIDE
from shared.http.models import Query, View


class Position(Query):
    """A pixel of a canvas, counted from its top left corner."""

    x: int = Field(ge=0, lt=MAX_SIDE)
    y: int = Field(ge=0, lt=MAX_SIDE)


class PixelView(View):
    """A pixel: its palette index, 0 where it is empty, and who painted it, null where nobody has.

    An erased pixel is empty and has the artist who erased it.
    """

    x: int
    y: int
    colour: int
    artist: ArtistView | None
    painted_at: datetime | None
    seq: int | None
