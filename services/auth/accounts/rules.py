"""What an account is and which passwords it may have; standard library only."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Container
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.errors import Invalid, NotAllowed
from shared.identity import Role

USERNAME_MIN, USERNAME_MAX = 3, 50
USERNAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]$"
"""Read alike by PostgreSQL, Rust's regex (pydantic), Python and JavaScript (OpenAPI)."""

PASSWORD_MIN, PASSWORD_MAX = 8, 128
EMAIL_MAX = 254
"""RFC 5321, section 4.5.3.1.3, less the angle brackets."""

TELLING_PART = 3
"""Shorter parts of an address are found in most passwords by chance."""


class Status(StrEnum):
    """Whether an account can be used."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as stored, without its password."""

    id: int
    username: str
    email: str
    email_verified: bool
    roles: tuple[str, ...]
    status: Status
    created_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class LockedAccount:
    """An account that is about to be changed, with what only a change needs to know."""

    account: Account
    password_hash: str = dataclasses.field(repr=False)
    suspension_reason: str | None
    suspended_until: datetime | None


def check_password(
    password: str, username: str, email: str, common: Container[str], field: str = "password"
) -> None:
    """Refuse a password that others would try first; `common` holds such passwords in lower case.

    Raises Invalid naming the field of the body.
    """
    lowered = password.lower()
    local_part = email.partition("@")[0]
    personal = {part.lower() for part in (username, email, local_part) if len(part) >= TELLING_PART}
    if lowered in common:
        raise Invalid.field("body", field, msg="is one of the most common passwords")
    if any(part in lowered for part in personal):
        raise Invalid.field("body", field, msg="must not contain the username or the email address")


def check_usable(account: Account) -> None:
    """Refuse a suspended account; raises NotAllowed `account_suspended`."""
    if account.status is Status.SUSPENDED:
        raise NotAllowed("account_suspended", "this account is suspended")


def leaves_no_admin(target: Account, roles: Collection[str], *, has_other_admins: bool) -> bool:
    """Whether nobody could give roles any more if that account had these."""
    return Role.ADMIN in target.roles and Role.ADMIN not in roles and not has_other_admins
