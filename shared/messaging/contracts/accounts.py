"""Events about a person: `account.*` from auth, `profile.*` from users. The subject is the account."""

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


class ProfileUpdated(AccountEvent):
    """An artist changed how others see them; `version` rises with every change."""

    type: ClassVar[str] = "profile.updated"

    username: str
    display_name: str
    avatar_color: str
    version: int
