"""Responses of the feed."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.users.people import PersonView
from shared.http.models import View


class ActivityView(View):
    """A tile that an artist created; `x` and `y` are its cell."""

    kind: Literal["tile.created"] = "tile.created"
    tile_id: int
    canvas_id: int
    x: int
    y: int
    like_count: int
    created_at: datetime
    artist: PersonView
