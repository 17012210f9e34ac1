"""Requests and responses about offers of canvases."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.artists.schemas import ArtistView
from shared.http.models import BIGINT_MAX, Body, View


class OfferDraft(Body):
    """The artist to offer a canvas to."""

    account_id: int = Field(ge=1, le=BIGINT_MAX)


class OfferView(View):
    """A canvas that `owner` would give to `heir`, who has not answered."""

    canvas_id: int
    canvas_name: str
    owner: ArtistView
    heir: ArtistView
    offered_at: datetime


class OfferOfCanvasView(View):
    """The offer of a canvas; null without one."""

    offer: OfferView | None
