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


class SendDigest(Command):
    """Mail an account how many notices of each kind it has not read, if its address is confirmed."""

    type: ClassVar[str] = "digest.send"
    subject_kind: ClassVar[str] = "account"

    account_id: int
    counts: dict[str, int]

    @property
    def subject_id(self) -> int:
        """The account."""
        return self.account_id


class MailRequested(Command):
    """Send a mail to an address. Auth sends this command to itself, so that addresses stay in auth.

    The handler looks up whether the address belongs to an account, so the command has no subject. With
    `account_id`, the mail is about that account and goes to the address, although another may have it.
    """

    type: ClassVar[str] = "mail.requested"
    subject_kind: ClassVar[str] = "mail"

    purpose: str
    email: str
    account_id: int | None = None

    @property
    def subject_id(self) -> int:
        """0: mails have no order."""
        return 0
