"""Events about an account: `account.*` and `session.*` from auth, `profile.*` from users.

The subject is the account.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from shared.messaging.contracts.event import Event


class AccountEvent(Event):
    """An event about one account."""

    subject_kind: ClassVar[str] = "account"

    account_id: int

    @property
    def subject_id(self) -> int:
        """The account."""
        return self.account_id


class AccountRegistered(AccountEvent):
    """An account was created. Its email address stays in auth, because no other service needs it."""

    type: ClassVar[str] = "account.registered"

    username: str
    display_name: str | None = None
    registered_at: datetime


class AccountChanged(AccountEvent):
    """A change of an account; `version` rises with each, so that older events can be recognised."""

    version: int


class StandingChanged(AccountChanged):
    """A change of what the account may do, also for a service that does not know the account yet.

    `account.registered` may still be under way, or wait among the dead letters. Older messages have no name.
    """

    username: str | None = None


class AccountVerified(StandingChanged):
    """The owner of the account has confirmed its email address."""

    type: ClassVar[str] = "account.verified"


class AccountSuspended(StandingChanged):
    """A moderator suspended the account; `until` is null if for good, else `account.reinstated` follows."""

    type: ClassVar[str] = "account.suspended"

    actor_id: int
    reason: str
    until: datetime | None = None


class AccountReinstated(StandingChanged):
    """The suspension ended: a moderator lifted it, or its time was over and `actor_id` is null."""

    type: ClassVar[str] = "account.reinstated"

    actor_id: int | None = None


class AccountRolesChanged(StandingChanged):
    """An admin set the account's site roles; `roles` are all that it has now."""

    type: ClassVar[str] = "account.roles_changed"

    actor_id: int
    roles: list[str]


class AccountDeleted(AccountChanged):
    """The account was deleted. Its username and address are free again; its work stays, anonymously.

    `canvases` is what becomes of those that it owns. They are offered to the account `heir_id`, whose
    name comes along because a service may not know that account yet.
    """

    type: ClassVar[str] = "account.deleted"

    canvases: Literal["keep", "delete", "transfer"] = "keep"
    heir_id: int | None = None
    heir_username: str | None = None


class AccountRestated(AccountChanged):
    """What is true of an account now, said again by a repair for services that missed an event.

    It is no change: nobody acted, and a service that knows this version already changes nothing.
    """

    type: ClassVar[str] = "account.restated"

    username: str
    registered_at: datetime
    status: Literal["active", "suspended", "deleted"]
    suspension_reason: str | None = None
    suspended_until: datetime | None = None
    roles: list[str]
    is_verified: bool


class AccountCommandRefused(AccountEvent):
    """Auth refused a command of type `command`, with the reason in `code`; nothing was changed."""

    type: ClassVar[str] = "account.command_refused"

    actor_id: int
    command: str
    code: str


class SecondFactorRemoved(AccountEvent):
    """An operator removed the second factors of an account whose owner had lost them."""

    type: ClassVar[str] = "account.second_factor_removed"


class DigestStopped(AccountEvent):
    """Somebody used the link in a digest, which needs no login and only switches the digest off."""

    type: ClassVar[str] = "digest.stopped"


class SessionRevoked(AccountEvent):
    """Access tokens issued before `before` are revoked: those of one session, or of all if it is null."""

    type: ClassVar[str] = "session.revoked"

    session_id: int | None = None
    before: datetime


class ArtistActive(AccountEvent):
    """An artist painted; at most about once per hour, because strokes are too many to publish each."""

    type: ClassVar[str] = "artist.active"


class ArtistPlaced(AccountEvent):
    """How many pixels an artist has placed on a canvas in `place` mode by its change `seq`: all, not a step.

    Published every few seconds, because placements are too many to publish each.
    """

    type: ClassVar[str] = "artist.placed"

    canvas_id: int
    pixels_placed: int
    seq: int


class ProfileUpdated(AccountEvent):
    """An artist changed their profile; `version` rises with every change."""

    type: ClassVar[str] = "profile.updated"

    username: str
    display_name: str
    avatar_color: str
    version: int
