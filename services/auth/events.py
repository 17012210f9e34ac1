"""Events of the auth service: what it tells of; it hears nothing yet."""

from __future__ import annotations

from services.auth.accounts.rules import Account
from shared.messaging.contracts import AccountRegistered


def account_registered(account: Account, display_name: str | None) -> AccountRegistered:
    """Tell of a new account; the email address stays here."""
    return AccountRegistered(
        account_id=account.id,
        username=account.username,
        display_name=display_name,
        registered_at=account.created_at,
    )
