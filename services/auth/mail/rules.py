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
    TEST = "test"


TOKEN_LIFETIMES = {Purpose.CONFIRM_EMAIL: timedelta(hours=24), Purpose.RESET_PASSWORD: timedelta(minutes=60)}
"""How long the token in a mail is valid; mail for any other purpose has none."""


def is_needed(purpose: Purpose, account: Account) -> bool:
    """Return whether the mail is of use: a verified address needs no confirmation."""
    return not (purpose is Purpose.CONFIRM_EMAIL and account.email_verified)
