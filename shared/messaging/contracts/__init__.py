"""The models that cross services, in one place."""

from __future__ import annotations

from collections.abc import Mapping

from shared.messaging.contracts.accounts import (
    AccountChanged,
    AccountCommandRefused,
    AccountDeleted,
    AccountEvent,
    AccountRegistered,
    AccountReinstated,
    AccountRolesChanged,
    AccountSuspended,
    AccountVerified,
    ArtistActive,
    ProfileUpdated,
    SessionRevoked,
)
from shared.messaging.contracts.areas import AreaClaimed, AreaExpired, AreaReleased
from shared.messaging.contracts.canvases import CanvasCreated, CanvasDeleted, CanvasEvent, CanvasUpdated
from shared.messaging.contracts.commands import (
    AccountCommand,
    MailRequested,
    ReinstateAccount,
    SetRoles,
    SuspendAccount,
)
from shared.messaging.contracts.event import Command, Event, Message
from shared.messaging.contracts.reports import ReportEvent, ReportOpened, ReportResolved
from shared.messaging.contracts.reviews import ReviewApproved, ReviewRejected, ReviewRequested
from shared.messaging.contracts.tiles import (
    LockAcquired,
    LockReleased,
    TileCreated,
    TileDeleted,
    TileEvent,
    TileLiked,
    TilePainted,
    TileUnliked,
    TileUpdated,
)
from shared.messaging.envelope import Envelope

__all__ = [
    "EVENTS",
    "AccountChanged",
    "AccountCommand",
    "AccountCommandRefused",
    "AccountDeleted",
    "AccountEvent",
    "AccountRegistered",
    "AccountReinstated",
    "AccountRolesChanged",
    "AccountSuspended",
    "AccountVerified",
    "AreaClaimed",
    "AreaExpired",
    "AreaReleased",
    "ArtistActive",
    "CanvasCreated",
    "CanvasDeleted",
    "CanvasEvent",
    "CanvasUpdated",
    "Command",
    "Event",
    "LockAcquired",
    "LockReleased",
    "MailRequested",
    "Message",
    "ProfileUpdated",
    "ReinstateAccount",
    "ReportEvent",
    "ReportOpened",
    "ReportResolved",
    "ReviewApproved",
    "ReviewRejected",
    "ReviewRequested",
    "SessionRevoked",
    "SetRoles",
    "SuspendAccount",
    "TileCreated",
    "TileDeleted",
    "TileEvent",
    "TileLiked",
    "TilePainted",
    "TileUnliked",
    "TileUpdated",
    "decode",
]

EVENTS: Mapping[str, type[Event]] = {
    event.type: event
    for event in (
        AccountRegistered,
        AccountVerified,
        AccountSuspended,
        AccountReinstated,
        AccountRolesChanged,
        AccountDeleted,
        AccountCommandRefused,
        SessionRevoked,
        ProfileUpdated,
        ArtistActive,
        CanvasCreated,
        CanvasUpdated,
        CanvasDeleted,
        TileCreated,
        TileUpdated,
        TilePainted,
        TileDeleted,
        TileLiked,
        TileUnliked,
        LockAcquired,
        LockReleased,
        AreaClaimed,
        AreaReleased,
        AreaExpired,
        ReviewRequested,
        ReviewApproved,
        ReviewRejected,
        ReportOpened,
        ReportResolved,
    )
}


def decode(envelope: Envelope) -> Event | None:
    """Read the event of a message, or None for a type this version does not know.

    Raises UnreadableMessage when the data does not fit the type.
    """
    model = EVENTS.get(envelope.type)
    return None if model is None else model.from_envelope(envelope)
