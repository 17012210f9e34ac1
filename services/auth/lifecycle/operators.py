"""What an operator does to accounts from the command line, without any role."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.auth.accounts import store as accounts
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.service import create_account
from services.auth.factors import store as factors
from services.auth.mail import store as mail
from services.auth.mail.rules import Purpose
from services.auth.moderation import store as moderation
from services.auth.sessions import revocation
from shared.db import Connection, Database
from shared.errors import Conflict, NotFound
from shared.identity import Role
from shared.messaging.contracts import AccountRolesChanged, MailRequested, SecondFactorRemoved
from shared.messaging.outbox import Outbox

PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True)
class Credentials:
    """A login with a one-time password, and when that expires; both are None if none was made."""

    username: str
    password: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None


class Operators:
    """Creates admins, and restores access to accounts whose owner lost both password and mailbox."""

    def __init__(self, database: Database, outbox: Outbox, passwords: Passwords) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords

    async def create_first_admin(self, username: str, email: str) -> Credentials:
        """Create an admin unless there is one; of several concurrent callers, one creates it.

        The one-time password that was made before is replaced if it has expired: nobody has used it.

        Raises Conflict when an account that is not an admin has the username or the email address.
        """
        password, password_hash = await self._make_password()
        async with self._database.transaction() as conn:
            accounts.prepend_admin_lock(conn)
            admin = await accounts.get_first_admin(conn)
            if admin is None:
                expires_at = await self._create_admin(conn, username, email, password_hash)
                return Credentials(username, password, expires_at)
            if admin.password_expires_at is None or admin.password_expires_at > datetime.now(UTC):
                return Credentials(admin.username)
            expires_at = await accounts.set_one_time_password(conn, admin.id, password_hash)
            return Credentials(admin.username, password, expires_at)

    async def create_admin(self, username: str, email: str) -> Credentials:
        """Create another admin; raises Conflict `username_taken` or `email_taken`."""
        password, password_hash = await self._make_password()
        async with self._database.transaction() as conn:
            expires_at = await self._create_admin(conn, username, email, password_hash)
        return Credentials(username, password, expires_at)

    async def reset_password(self, login: str) -> Credentials:
        """Give the account with this username or email address a one-time password and end its sessions.

        Raises NotFound `account_not_found`.
        """
        password, password_hash = await self._make_password()
        async with self._database.transaction() as conn:
            account, _ = await accounts.get_account_by_login(conn, login) or (None, None)
            if account is None or await accounts.get_account_for_update(conn, account.id) is None:
                raise NotFound("account_not_found", f"There is no account {login}.")
            expires_at = await accounts.set_one_time_password(conn, account.id, password_hash)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            self._outbox.defer(conn, MailRequested(purpose=Purpose.PASSWORD_CHANGED, email=account.email))
        return Credentials(account.username, password, expires_at)

    async def remove_second_factor(self, login: str) -> str:
        """Remove the second factors of the account with this username or email address; returns its username.

        For an owner who lost the app and the recovery codes. Raises NotFound `account_not_found`, Conflict
        `no_second_factor`.
        """
        async with self._database.transaction() as conn:
            account, _ = await accounts.get_account_by_login(conn, login) or (None, None)
            if account is None or await accounts.get_account_for_update(conn, account.id) is None:
                raise NotFound("account_not_found", f"There is no account {login}.")
            if not await factors.delete_factors(conn, account.id):
                raise Conflict("no_second_factor", f"The account {login} has no second factor.")
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            self._outbox.defer(
                conn, MailRequested(purpose=Purpose.SECOND_FACTOR_CHANGED, email=account.email)
            )
            self._outbox.defer(conn, SecondFactorRemoved(account_id=account.id))
        return account.username

    async def _make_password(self) -> tuple[str, str]:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        return password, await self._passwords.hash(password)

    async def _create_admin(
        self, conn: Connection, username: str, email: str, password_hash: str
    ) -> datetime:
        """Create an admin with a one-time password; returns when it expires."""
        account = await create_account(
            conn, self._outbox, username=username, email=email, password_hash=password_hash
        )
        version = await moderation.set_roles(conn, account.id, [Role.ADMIN])
        changed = AccountRolesChanged(
            account_id=account.id,
            username=account.username,
            actor_id=account.id,
            roles=[Role.ADMIN],
            version=version,
        )
        self._outbox.defer(conn, changed)
        return await accounts.set_one_time_password(conn, account.id, password_hash)
