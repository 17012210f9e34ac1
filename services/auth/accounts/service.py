"""Use cases of accounts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from aiohttp import web

from services.auth.accounts import store
from services.auth.accounts.passwords import COMMON, Passwords
from services.auth.accounts.rules import check_password
from services.auth.accounts.schemas import Registration
from services.auth.events import account_registered
from services.auth.sessions.rules import Client, Grant
from services.auth.sessions.service import Sessions
from shared.db import Database
from shared.errors import Conflict, UniqueViolated
from shared.identity import Role
from shared.messaging.outbox import Outbox

_TAKEN = {
    "uq_accounts_username": ("username_taken", "this username is taken"),
    "uq_accounts_email": ("email_taken", "there is an account with this email address"),
}


class Accounts:
    """Making accounts."""

    def __init__(self, database: Database, outbox: Outbox, passwords: Passwords, sessions: Sessions) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._sessions = sessions

    async def register(self, wanted: Registration, client: Client) -> Grant:
        """Make an account and open its first session.

        Raises Invalid for a guessable password, Conflict `username_taken` or `email_taken`.
        """
        password = wanted.password.get_secret_value()
        check_password(password, wanted.username, wanted.email, COMMON)
        hashed = await self._passwords.hash(password)
        try:
            async with self._database.transaction() as conn:
                account = await store.add(conn, wanted.username, wanted.email, hashed)
                self._outbox.emit(conn, account_registered(account, wanted.display_name))
                return await self._sessions.open(conn, account, client)
        except UniqueViolated as error:
            raise Conflict(*_TAKEN[error.constraint]) from None


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The admin there is; `password` only when it was made just now."""

    username: str
    password: str | None = field(repr=False)


async def make_first_admin(
    database: Database, outbox: Outbox, passwords: Passwords, username: str, email: str
) -> FirstAdmin:
    """Make an admin with a random password unless there is one; of several callers at once, one makes it.

    Raises Conflict when the name or the email address belongs to an account that is no admin.
    """
    password = secrets.token_urlsafe(18)
    hashed = await passwords.hash(password)
    try:
        async with database.transaction() as conn:
            store.lead_with_admin_lock(conn)
            known = await store.an_admin(conn)
            if known is not None:
                return FirstAdmin(known.username, None)
            account = await store.add(conn, username, email, hashed, [Role.ADMIN])
            outbox.emit(conn, account_registered(account, None))
    except UniqueViolated as error:
        raise Conflict(*_TAKEN[error.constraint]) from None
    return FirstAdmin(account.username, password)


ACCOUNTS = web.AppKey("ACCOUNTS", Accounts)
