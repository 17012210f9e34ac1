"""What the users service hears, and what it does then; it tells `profile.updated`."""

from __future__ import annotations

from collections.abc import Mapping

from services.users.profiles.service import Profiles
from services.users.stats.service import canvas_changed, tile_changed
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountRegistered,
    CanvasCreated,
    CanvasDeleted,
    Event,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
)


def handlers(profiles: Profiles) -> Mapping[type[Event], Handler]:
    """Return the handler of each event consumed."""
    return {
        AccountRegistered: profiles.registered,
        CanvasCreated: canvas_changed,
        CanvasDeleted: canvas_changed,
        TileCreated: tile_changed,
        TileDeleted: tile_changed,
        TileLiked: tile_changed,
        TileUnliked: tile_changed,
    }
