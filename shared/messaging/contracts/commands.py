"""Commands to auth: from users, whose moderators give them, and from auth to itself."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.messaging.contracts.event import Command


class AccountCommand(Command):
    """Something to be done with one account; `actor_id` is the moderator or admin who wants it."""

    subject_kind: ClassVar[str] = "account"

    account_id: int
    actor_id: int

    @property
    def subject_id(self) -> int:
        """The account."""
        return self.account_id


class SuspendAccount(AccountCommand):
    """Keep somebody out until then, or for good; given again, it replaces the reason and the end."""

    type: ClassVar[str] = "account.suspend"

    reason: str
    until: datetime | None = None


class ReinstateAccount(AccountCommand):
    """Let somebody in again."""

    type: ClassVar[str] = "account.reinstate"


class SetRoles(AccountCommand):
    """Give somebody exactly these site roles."""

    type: ClassVar[str] = "account.set_roles"

    roles: list[str]


class MailRequested(Command):
    """A mail to be written to that address, by auth, which asks itself: nobody else learns of an address.

    Whether it is anybody's is found out by who writes it, so the subject is none.
    """

    type: ClassVar[str] = "mail.requested"
    subject_kind: ClassVar[str] = "mail"

    purpose: str
    email: str

    @property
    def subject_id(self) -> int:
        """None: mails are in no order."""
        return 0
