"""What an operator does with accounts from the command line, past every role."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from services.auth.accounts import store
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.rules import Account
from services.auth.accounts.service import TAKEN
from services.auth.events import account_registered
from services.auth.mail import store as mail_store
from services.auth.mail.rules import Purpose
from services.auth.moderation import store as moderation_store
from services.auth.sessions import ending
from shared.db import Connection, Database
from shared.errors import Conflict, NotFound, UniqueViolated
from shared.identity import Role
from shared.messaging.contracts import AccountRolesChanged, MailRequested
from shared.messaging.outbox import Outbox

PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True)
class Credentials:
    """How somebody logs in; `password` only when it was made just now."""

    username: str
    password: str | None = field(repr=False)


class Operators:
    """Making admins, and letting people in who lost their password and their mail."""

    def __init__(self, database: Database, outbox: Outbox, passwords: Passwords) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords

    async def make_first_admin(self, username: str, email: str) -> Credentials:
        """Make an admin unless there is one; of several callers at once, one makes it.

        Raises Conflict when the name or the email address belongs to an account that is no admin.
        """
        password, hashed = await self._random_password()
        try:
            async with self._database.transaction() as conn:
                store.lead_with_admin_lock(conn)
                known = await store.an_admin(conn)
                if known is not None:
                    return Credentials(known.username, None)
                await self._add_admin(conn, username, email, hashed)
        except UniqueViolated as error:
            raise Conflict(*TAKEN[error.constraint]) from None
        return Credentials(username, password)

    async def make_admin(self, username: str, email: str) -> Credentials:
        """Make one more admin; raises Conflict `username_taken` or `email_taken`."""
        password, hashed = await self._random_password()
        try:
            async with self._database.transaction() as conn:
                await self._add_admin(conn, username, email, hashed)
        except UniqueViolated as error:
            raise Conflict(*TAKEN[error.constraint]) from None
        return Credentials(username, password)

    async def reset_password(self, login: str) -> Credentials:
        """Give the account of a username or email address a random password and end its sessions.

        Raises NotFound.
        """
        password, hashed = await self._random_password()
        async with self._database.transaction() as conn:
            account, _ = await store.by_login(conn, login) or (None, None)
            if account is None or await store.locked(conn, account.id) is None:
                raise NotFound("account_not_found", f"there is no account {login}")
            store.defer_password(conn, account.id, hashed)
            mail_store.defer_voiding(conn, account.id)
            await ending.end_all(conn, self._outbox, account.id)
            self._outbox.emit(conn, MailRequested(purpose=Purpose.PASSWORD_CHANGED, email=account.email))
        return Credentials(account.username, password)

    async def _random_password(self) -> tuple[str, str]:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        return password, await self._passwords.hash(password)

    async def _add_admin(self, conn: Connection, username: str, email: str, hashed: str) -> Account:
        account = await store.add(conn, username, email, hashed)
        version = await moderation_store.set_roles(conn, account.id, [Role.ADMIN])
        roles = AccountRolesChanged(
            account_id=account.id, actor_id=account.id, roles=[Role.ADMIN], version=version
        )
        self._outbox.emit(conn, account_registered(account, None), roles)
        return account
