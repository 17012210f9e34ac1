"""Responses about likes."""

from __future__ import annotations

from datetime import datetime

from services.tiles.artists.schemas import ArtistView
from shared.http.models import View


class LikeState(View):
    """Whether the caller likes the tile, and how many artists do."""

    liked: bool
    like_count: int


class LikeView(View):
    """One artist's like."""

    artist: ArtistView
    liked_at: datetime
