"""What mail is written for, and how long its tokens are valid; standard library only."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from services.auth.accounts.rules import Account
from services.auth.sessions.rules import hash_of, network_of


class Purpose(StrEnum):
    """Why a mail is written."""

    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a purpose


LIFETIME = {Purpose.CONFIRM_EMAIL: timedelta(hours=24), Purpose.RESET_PASSWORD: timedelta(minutes=60)}
"""Of the token in the mail; a purpose that is not here has none."""


def is_of_use(purpose: Purpose, account: Account | None) -> bool:
    """Whether there is somebody to write to, and something to say."""
    return account is not None and not (purpose is Purpose.CONFIRM_EMAIL and account.email_verified)


def throttle_keys(purpose: Purpose, email: str, address: str) -> tuple[bytes, bytes]:
    """Return under what a request for mail counts: the address written to, and the one it came from."""
    return (
        hash_of(f"mail:{purpose}:{email.lower()}"),
        hash_of(f"mail-from:{network_of(address)}"),
    )
