"""Creation of accounts, which registration and the operator's commands share."""

from __future__ import annotations

from services.auth.accounts import store
from services.auth.accounts.model import Account
from shared.db import Connection
from shared.errors import Conflict, UniqueViolated
from shared.messaging.contracts import AccountRegistered
from shared.messaging.outbox import Outbox

CONFLICTS = {
    "uq_accounts_username": ("username_taken", "this username is taken"),
    "uq_accounts_email": ("email_taken", "there is already an account with this email address"),
}
"""Code and detail of the Conflict that each unique constraint stands for."""


async def create_account(
    conn: Connection,
    outbox: Outbox,
    *,
    username: str,
    email: str,
    password_hash: str,
    display_name: str | None = None,
) -> Account:
    """Store a new account and publish it with the commit, without its email address.

    Raises Conflict `username_taken` or `email_taken`.
    """
    try:
        account = await store.insert_account(conn, username, email, password_hash)
    except UniqueViolated as error:
        raise Conflict(*CONFLICTS[error.constraint]) from None
    registered = AccountRegistered(
        account_id=account.id,
        username=account.username,
        display_name=display_name,
        registered_at=account.created_at,
    )
    outbox.defer(conn, registered)
    return account
