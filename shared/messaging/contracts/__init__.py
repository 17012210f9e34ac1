"""Every message that crosses services; importing this package defines them all."""

from __future__ import annotations

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
from shared.messaging.contracts.canvases import (
    CanvasCreated,
    CanvasDeleted,
    CanvasEvent,
    CanvasRolledBack,
    CanvasUpdated,
)
from shared.messaging.contracts.commands import (
    AccountCommand,
    MailRequested,
    ReinstateAccount,
    SetRoles,
    SuspendAccount,
)
from shared.messaging.contracts.event import MESSAGES, Command, Event, Message
from shared.messaging.contracts.reports import ReportEvent, ReportOpened, ReportResolved
from shared.messaging.contracts.reviews import ReviewApproved, ReviewRejected, ReviewRequested
from shared.messaging.contracts.tiles import (
    LockAcquired,
    LockReleased,
    TileCreated,
    TileDeleted,
    TileEvent,
    TileLiked,
    TileUnliked,
    TileUpdated,
)

__all__ = [
    "MESSAGES",
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
    "CanvasRolledBack",
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
    "TileUnliked",
    "TileUpdated",
]
