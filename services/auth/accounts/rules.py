"""Which passwords are refused, and what an account may do; standard library only."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import datetime

from services.auth.accounts.model import Account
from shared.errors import Conflict, Invalid, NotAllowed, Suspended
from shared.identity import Role

PERSONAL_PART_MIN = 3
"""Shorter parts of a name or an address occur in most passwords by chance."""


def check_password(
    password: str, username: str, email: str, common: Container[str], field: str = "password"
) -> None:
    """Refuse a password that an attacker would try first; `common` holds such passwords in lower case.

    Raises Invalid, which names `field` of the body.
    """
    lowered = password.lower()
    local_part = email.partition("@")[0]
    personal = {part.lower() for part in (username, email, local_part) if len(part) >= PERSONAL_PART_MIN}
    if lowered in common:
        raise Invalid.field("body", field, msg="is one of the most common passwords", rule="common_password")
    if any(part in lowered for part in personal):
        raise Invalid.field(
            "body", field, msg="must not contain the username or the email address", rule="personal_password"
        )


def check_usable(account: Account) -> None:
    """Refuse a suspended account; raises Suspended, which tells its artist why and until when."""
    if account.suspension is not None:
        raise Suspended(account.suspension.reason, account.suspension.until)


def check_own_password(account: Account, now: datetime) -> None:
    """Refuse a login with a one-time password, which only serves to choose another.

    Raises NotAllowed `one_time_password` or `one_time_password_expired`.
    """
    if account.password_expires_at is not None:
        _check_not_expired(account.password_expires_at, now)
        raise NotAllowed("one_time_password", "This is a one-time password; choose one of your own.")


def check_one_time_password(account: Account, now: datetime) -> None:
    """Refuse to replace a password that is not a one-time password, or has expired.

    Raises Conflict `not_a_one_time_password`, NotAllowed `one_time_password_expired`.
    """
    if account.password_expires_at is None:
        raise Conflict("not_a_one_time_password", "The account has a password of its owner's own.")
    _check_not_expired(account.password_expires_at, now)


def _check_not_expired(expires_at: datetime, now: datetime) -> None:
    if expires_at <= now:
        raise NotAllowed("one_time_password_expired", "This one-time password has expired; ask for another.")


def leaves_no_admin(target: Account, roles: Collection[str], *, has_other_admins: bool) -> bool:
    """Return whether giving `target` exactly these roles would leave the site without an admin."""
    return Role.ADMIN in target.roles and Role.ADMIN not in roles and not has_other_admins
