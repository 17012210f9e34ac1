"""What the users service consumes: the handler of each event."""

from __future__ import annotations

from collections.abc import Mapping

from services.users import deletion
from services.users.exports import on_export_requested
from services.users.moderation import admission, interventions, outcomes
from services.users.notices import occasions
from services.users.profiles.service import Profiles
from services.users.reports.service import Reports
from services.users.restated import restate_account
from services.users.stats import service as stats
from shared.db import Connection
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountCommandRefused,
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRestated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    AreaReleased,
    ArtistActive,
    ArtistMuted,
    ArtistPlaced,
    ArtistsMentioned,
    CanvasClosed,
    CanvasCreated,
    CanvasDeleted,
    CanvasesRestated,
    CanvasHandedOver,
    CanvasOffered,
    CanvasOpened,
    CanvasRolledBack,
    CanvasUpdated,
    ClaimEnding,
    DeletedTilesRestated,
    DigestStopped,
    Event,
    ExportRequested,
    InvitationCreated,
    InvitationRevoked,
    LockReleased,
    MemberNamed,
    MessageRemoved,
    MessageReported,
    OfferEnded,
    PolicyChanged,
    ReviewApproved,
    ReviewRejected,
    ReviewRequested,
    SecondFactorRemoved,
    TileCreated,
    TileDeleted,
    TileLiked,
    TilesRestated,
    TileUnliked,
    TileUpdated,
)


def event_handlers(profiles: Profiles, reports: Reports) -> Mapping[type[Event], Handler]:
    """Return the handler of each event consumed."""

    async def on_account_restated(conn: Connection, event: AccountRestated) -> None:
        await restate_account(conn, profiles, event)

    return {
        AccountRegistered: profiles.register,
        AccountVerified: outcomes.record_verification,
        AccountSuspended: outcomes.record_suspension,
        AccountReinstated: outcomes.record_reinstatement,
        AccountRolesChanged: outcomes.record_roles,
        AccountCommandRefused: outcomes.record_refusal,
        AccountDeleted: deletion.delete_account,
        AccountRestated: on_account_restated,
        ArtistActive: stats.record_activity,
        ArtistPlaced: stats.record_placing,
        CanvasCreated: stats.record_canvas,
        CanvasUpdated: interventions.record_canvas_change,
        CanvasDeleted: interventions.record_canvas_change,
        CanvasHandedOver: stats.record_canvas,
        CanvasRolledBack: interventions.record_rollback,
        CanvasesRestated: stats.restate_canvases,
        TilesRestated: stats.restate_tiles,
        DeletedTilesRestated: stats.restate_deleted_tiles,
        LockReleased: _in_turn(interventions.record_lock_release, occasions.on_lock_released),
        SecondFactorRemoved: outcomes.record_removed_second_factor,
        PolicyChanged: admission.record_policy_change,
        InvitationCreated: admission.record_invitation,
        InvitationRevoked: admission.record_revoked_invitation,
        ExportRequested: on_export_requested,
        AreaReleased: interventions.record_area_release,
        MessageRemoved: interventions.record_message_removal,
        MessageReported: reports.record_message_report,
        ArtistMuted: _in_turn(interventions.record_mute, occasions.on_muted),
        ArtistsMentioned: occasions.on_mentioned,
        MemberNamed: occasions.on_member_named,
        ClaimEnding: occasions.on_claim_ending,
        CanvasOpened: occasions.on_canvas_opened,
        CanvasClosed: occasions.on_canvas_closed,
        CanvasOffered: occasions.on_canvas_offered,
        OfferEnded: occasions.on_offer_ended,
        DigestStopped: occasions.on_digest_stopped,
        ReviewRequested: occasions.on_review_requested,
        ReviewApproved: _in_turn(interventions.record_review, occasions.on_reviewed),
        ReviewRejected: _in_turn(interventions.record_review, occasions.on_reviewed),
        TileCreated: stats.record_tile,
        TileUpdated: interventions.record_tile_change,
        TileDeleted: _in_turn(interventions.record_tile_deletion, occasions.on_tile_deleted),
        TileLiked: _in_turn(stats.record_tile, occasions.on_liked),
        TileUnliked: _in_turn(stats.record_tile, occasions.on_unliked),
    }


def _in_turn(*handlers: Handler) -> Handler:
    """Make a handler of several, which share the transaction."""

    async def handle(conn: Connection, event: Event) -> None:
        for handler in handlers:
            await handler(conn, event)

    return handle
