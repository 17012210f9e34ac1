"""Commands to auth: from moderators, by way of users, and from auth to itself."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.messaging.contracts.event import Command


class AccountCommand(Command):
    """A change of one account, requested by the moderator or admin `actor_id`."""

    subject_kind: ClassVar[str] = "account"

    account_id: int
    actor_id: int

    @property
    def subject_id(self) -> int:
        """The account."""
        return self.account_id


class SuspendAccount(AccountCommand):
    """Suspend the account until then, or for good; repeating it replaces the reason and the end."""

    type: ClassVar[str] = "account.suspend"

    reason: str
    until: datetime | None = None


class ReinstateAccount(AccountCommand):
    """End the suspension of the account."""

    type: ClassVar[str] = "account.reinstate"


class SetRoles(AccountCommand):
    """Set the account's site roles; `roles` are all that it keeps."""

    type: ClassVar[str] = "account.set_roles"

    roles: list[str]


class MailRequested(Command):
    """Send a mail to an address. Auth sends this command to itself, so that addresses stay in auth.

    The handler looks up whether the address belongs to an account, so the command has no subject.
    """

    type: ClassVar[str] = "mail.requested"
    subject_kind: ClassVar[str] = "mail"

    purpose: str
    email: str

    @property
    def subject_id(self) -> int:
        """0: mails have no order."""
        return 0
