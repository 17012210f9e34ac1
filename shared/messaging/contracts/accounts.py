"""Events about a person: `account.*` and `session.*` from auth, `profile.*` from users.

The subject is the account.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.messaging.contracts.event import Event


class AccountEvent(Event):
    """Anything that happened to one account."""

    subject_kind: ClassVar[str] = "account"

    account_id: int

    @property
    def subject_id(self) -> int:
        """The account."""
        return self.account_id


class AccountRegistered(AccountEvent):
    """Somebody made an account. The email address stays in auth: nobody else needs it."""

    type: ClassVar[str] = "account.registered"

    username: str
    display_name: str | None = None
    registered_at: datetime


class AccountChanged(AccountEvent):
    """A change of an account; `version` rises with every one of that account, so that an older is known."""

    version: int


class AccountVerified(AccountChanged):
    """Somebody read the mail that went to their address."""

    type: ClassVar[str] = "account.verified"


class AccountSuspended(AccountChanged):
    """A moderator shut somebody out; `until` is null for good, and `account.reinstated` follows otherwise."""

    type: ClassVar[str] = "account.suspended"

    actor_id: int
    reason: str
    until: datetime | None = None


class AccountReinstated(AccountChanged):
    """Somebody is let in again: by a moderator, or by time, and then `actor_id` is null."""

    type: ClassVar[str] = "account.reinstated"

    actor_id: int | None = None


class AccountRolesChanged(AccountChanged):
    """An admin gave somebody exactly these site roles."""

    type: ClassVar[str] = "account.roles_changed"

    actor_id: int
    roles: list[str]


class AccountDeleted(AccountChanged):
    """Somebody left. Their name and address are free; what they made stays, under nobody's name."""

    type: ClassVar[str] = "account.deleted"


class AccountCommandRefused(AccountEvent):
    """A command that cannot be done; `command` is its type, `code` says why, and nothing was changed."""

    type: ClassVar[str] = "account.command_refused"

    actor_id: int
    command: str
    code: str


class SessionRevoked(AccountEvent):
    """Access tokens made before then do not count any more: those of one session, or of all (null)."""

    type: ClassVar[str] = "session.revoked"

    session_id: int | None = None
    before: datetime


class ArtistActive(AccountEvent):
    """An artist paints: told about once an hour, for strokes themselves are too many to count."""

    type: ClassVar[str] = "artist.active"


class ProfileUpdated(AccountEvent):
    """An artist changed how others see them; `version` rises with every change."""

    type: ClassVar[str] = "profile.updated"

    username: str
    display_name: str
    avatar_color: str
    version: int
