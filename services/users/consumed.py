"""What the users service hears, and what it does then.

It tells `profile.updated`, `report.opened` and `report.resolved`, and gives auth commands about accounts.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.users.dashboard.service import artist_active
from services.users.moderation import interventions, outcomes
from services.users.profiles.deletion import deleted
from services.users.profiles.service import Profiles
from services.users.stats.service import canvas_changed, tile_changed
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    ArtistActive,
    CanvasCreated,
    CanvasDeleted,
    CanvasUpdated,
    Event,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
    TileUpdated,
)


def handlers(profiles: Profiles) -> Mapping[type[Event], Handler]:
    """Return the handler of each event consumed."""
    return {
        AccountRegistered: profiles.registered,
        AccountVerified: outcomes.verified,
        AccountSuspended: outcomes.suspended,
        AccountReinstated: outcomes.reinstated,
        AccountRolesChanged: outcomes.roles_changed,
        AccountCommandRefused: outcomes.command_refused,
        AccountDeleted: deleted,
        ArtistActive: artist_active,
        CanvasCreated: canvas_changed,
        CanvasUpdated: interventions.canvas_intervened,
        CanvasDeleted: interventions.canvas_intervened,
        TileCreated: tile_changed,
        TileUpdated: tile_changed,
        TileDeleted: interventions.tile_deleted,
        TileLiked: tile_changed,
        TileUnliked: tile_changed,
    }
