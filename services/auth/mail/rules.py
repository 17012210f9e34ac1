"""Purposes of mail, and how long its tokens are valid; standard library only."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from services.auth.accounts.model import Account


class Purpose(StrEnum):
    """Why a mail is sent."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    CHANGE_EMAIL = "change_email"
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a purpose
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    IDENTITY_CHANGED = "identity_changed"
    EXPORT_READY = "export_ready"
    ACCOUNT_SUSPENDED = "account_suspended"
    DIGEST = "digest"
    TEST = "test"


TOKEN_LIFETIMES = {
    Purpose.CONFIRM_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(minutes=60),
}
"""How long the token in a mail is valid; mail for any other purpose has none."""


def is_needed(purpose: Purpose, account: Account) -> bool:
    """Return whether the mail is of use: a verified address needs no confirmation, and a digest needs one."""
    match purpose:
        case Purpose.CONFIRM_EMAIL:
            return not account.email_verified
        case Purpose.ACCOUNT_SUSPENDED:
            return account.suspension is not None
        case Purpose.DIGEST:
            return account.email_verified and account.suspension is None
    return True
