"""Purposes of mail, and how long its tokens are valid; standard library only."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from services.auth.accounts.model import Account


class Purpose(StrEnum):
    """Why a mail is sent."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a purpose
    ACCOUNT_SUSPENDED = "account_suspended"
    TEST = "test"


TOKEN_LIFETIMES = {Purpose.CONFIRM_EMAIL: timedelta(hours=24), Purpose.RESET_PASSWORD: timedelta(minutes=60)}
"""How long the token in a mail is valid; mail for any other purpose has none."""


def is_needed(purpose: Purpose, account: Account) -> bool:
    """Return whether the mail is of use: a verified address needs no confirmation."""
    match purpose:
        case Purpose.CONFIRM_EMAIL:
            return not account.email_verified
        case Purpose.ACCOUNT_SUSPENDED:
            return account.suspension is not None
    return True
