"""What the users service consumes: the handler of each event."""

from __future__ import annotations

from collections.abc import Mapping

from services.users import deletion
from services.users.moderation import interventions, outcomes
from services.users.profiles.service import Profiles
from services.users.stats import service as stats
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    AreaReleased,
    ArtistActive,
    CanvasCreated,
    CanvasDeleted,
    CanvasRolledBack,
    CanvasUpdated,
    Event,
    LockReleased,
    ReviewApproved,
    ReviewRejected,
    TileCreated,
    TileDeleted,
    TileLiked,
    TileUnliked,
    TileUpdated,
)


def event_handlers(profiles: Profiles) -> Mapping[type[Event], Handler]:
    """Return the handler of each event consumed."""
    return {
        AccountRegistered: profiles.register,
        AccountVerified: outcomes.record_verification,
        AccountSuspended: outcomes.record_suspension,
        AccountReinstated: outcomes.record_reinstatement,
        AccountRolesChanged: outcomes.record_roles,
        AccountCommandRefused: outcomes.record_refusal,
        AccountDeleted: deletion.delete_account,
        ArtistActive: stats.record_activity,
        CanvasCreated: stats.record_canvas,
        CanvasUpdated: interventions.record_canvas_change,
        CanvasDeleted: interventions.record_canvas_change,
        CanvasRolledBack: interventions.record_rollback,
        LockReleased: interventions.record_lock_release,
        AreaReleased: interventions.record_area_release,
        ReviewApproved: interventions.record_review,
        ReviewRejected: interventions.record_review,
        TileCreated: stats.record_tile,
        TileUpdated: interventions.record_tile_change,
        TileDeleted: interventions.record_tile_deletion,
        TileLiked: stats.record_tile,
        TileUnliked: stats.record_tile,
    }
