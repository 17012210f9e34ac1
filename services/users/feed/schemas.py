"""The feed as it is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.users.people import PersonView
from shared.http.models import View


class ActivityView(View):
    """What an artist did; `x` and `y` are the cell of the tile."""

    kind: Literal["tile.created"] = "tile.created"
    tile_id: int
    canvas_id: int
    x: int
    y: int
    like_count: int
    created_at: datetime
    artist: PersonView
