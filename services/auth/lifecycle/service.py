"""Use cases of an account's life: registration, confirmation, recovery, a new password, deletion."""

from __future__ import annotations

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.accounts.passwords import COMMON, Passwords
from services.auth.accounts.rules import check_password, leaves_no_admin
from services.auth.accounts.service import create_account
from services.auth.lifecycle.schemas import Registration
from services.auth.mail import store as mail
from services.auth.mail.rules import Purpose
from services.auth.sessions import revocation
from services.auth.sessions.rules import Client, Grant
from services.auth.sessions.service import Sessions, wrong_password
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.rules import (
    check_registration_counts,
    make_mail_key,
    make_mail_sender_key,
    make_registration_key,
)
from services.auth.tokens.opaque import hash_secret
from shared.db import Connection, Database
from shared.errors import BadRequest, Conflict
from shared.identity import Identity
from shared.messaging.contracts import AccountDeleted, AccountVerified, MailRequested
from shared.messaging.outbox import Outbox


class Lifecycle:
    """Creates, confirms, recovers, changes and deletes accounts."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        passwords: Passwords,
        sessions: Sessions,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._sessions = sessions
        self._settings = settings

    async def register(self, registration: Registration, client: Client) -> Grant:
        """Create an account and open its first session.

        Raises Invalid for a password that is easy to guess, TooManyRequests, Conflict `username_taken` or
        `email_taken`.
        """
        password = registration.password.get_secret_value()
        check_password(password, registration.username, registration.email, COMMON)
        await self._count_registration(client)
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as conn:
            account = await create_account(
                conn,
                self._outbox,
                username=registration.username,
                email=registration.email,
                password_hash=password_hash,
                display_name=registration.display_name,
            )
            await self._mail_within_limits(conn, Purpose.CONFIRM_EMAIL, account.email)
            return await self._sessions.open(conn, account, client)

    async def request_mail(self, purpose: Purpose, email: str, client: Client) -> None:
        """Request a mail to this address; beyond the limits the request is dropped silently.

        The work and its duration are the same whether or not an account has the address.
        """
        async with self._database.transaction() as conn:
            await self._mail_within_limits(conn, purpose, email, client)

    async def confirm_email(self, token: str) -> None:
        """Mark the email address of the token's account as verified; raises BadRequest `token_invalid`."""
        async with self._database.transaction() as conn:
            account = await self._spend_token(conn, Purpose.CONFIRM_EMAIL, token)
            version = await accounts.mark_email_verified(conn, account.id)
            if version is not None:
                self._outbox.defer(conn, AccountVerified(account_id=account.id, version=version))

    async def reset_password(self, token: str, password: str) -> None:
        """Set the password of the token's account and end all its sessions.

        Raises BadRequest `token_invalid`; raises Invalid for the password, and the token stays valid then.
        """
        async with self._database.connection() as conn:
            account = await mail.get_account_of_token(conn, Purpose.RESET_PASSWORD, hash_secret(token))
        if account is None:
            raise _invalid_token()
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            await self._spend_token(conn, Purpose.RESET_PASSWORD, token)
            accounts.defer_password_change(conn, account.id, password_hash)
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            await self._mail_within_limits(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def change_password(self, caller: Identity, current: str, password: str, client: Client) -> None:
        """Set the caller's password and end all other sessions.

        Raises NotAllowed `bad_credentials` if `current` is wrong, Invalid for the new password,
        TooManyRequests, and the errors of `Sessions.get_account`.
        """
        account, current_hash = await self._sessions.check_password(caller, current, client)
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            await self._lock_account(conn, account.id, current_hash)
            accounts.defer_password_change(conn, account.id, password_hash)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_other_sessions(conn, self._outbox, int(caller.session_id), account.id)
            await self._mail_within_limits(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def delete_account(self, caller: Identity, password: str, client: Client) -> None:
        """Delete the caller's account: an anonymised row remains; username and email address become free.

        Raises the errors of `change_password`, and Conflict `last_admin`.
        """
        account, password_hash = await self._sessions.check_password(caller, password, client)
        async with self._database.transaction() as conn:
            accounts.prepend_admin_lock(conn)
            locked = await self._lock_account(conn, account.id, password_hash)
            has_other_admins = await accounts.has_other_admins(conn, account.id)
            if leaves_no_admin(locked, (), has_other_admins=has_other_admins):
                raise Conflict("last_admin", "This is the last admin; make another account an admin first.")
            version = await accounts.anonymise_account(conn, account.id)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            self._outbox.defer(conn, AccountDeleted(account_id=account.id, version=version))

    async def _lock_account(self, conn: Connection, account_id: int, password_hash: str) -> Account:
        """Lock the account; raises NotAllowed when its password has changed since it was checked."""
        locked = await accounts.get_account_for_update(conn, account_id)
        if locked is None or locked.password_hash != password_hash:
            raise wrong_password()
        return locked.account

    async def _spend_token(self, conn: Connection, purpose: Purpose, token: str) -> Account:
        """Use up a token and return its account, locked; raises BadRequest `token_invalid`."""
        account = await mail.get_account_of_token(conn, purpose, hash_secret(token))
        # Lock the account before its token, the order of every other transaction, to prevent deadlocks.
        if account is None or await accounts.get_account_for_update(conn, account.id) is None:
            raise _invalid_token()
        if not await mail.delete_token(conn, purpose, hash_secret(token)):
            raise _invalid_token()
        return account

    async def _hash_new_password(self, password: str, account: Account) -> str:
        check_password(password, account.username, account.email, COMMON, "new_password")
        return await self._passwords.hash(password)

    async def _count_registration(self, client: Client) -> None:
        """Count a registration and its mail by the client's network. Raises TooManyRequests."""
        registrations, mails = make_registration_key(client.address), make_mail_sender_key(client.address)
        settings = self._settings
        async with self._database.connection() as conn:
            registered = await throttling.count_attempt(conn, [registrations], settings.registration_window)
            mailed = await throttling.count_attempt(conn, [mails], settings.mail_window)
        check_registration_counts(
            [
                (registered[registrations], settings.registrations_per_address),
                (mailed[mails], settings.mails_per_address),
            ]
        )

    async def _mail_within_limits(
        self, conn: Connection, purpose: Purpose, email: str, requested_by: Client | None = None
    ) -> None:
        """Send the mail with the commit, unless its recipient or the requesting network had too many."""
        limits = {make_mail_key(purpose, email): self._settings.mails_per_account}
        if requested_by is not None:
            limits[make_mail_sender_key(requested_by.address)] = self._settings.mails_per_address
        counts = await throttling.count_attempt(conn, list(limits), self._settings.mail_window)
        if all(counts[key].attempts <= limit for key, limit in limits.items()):
            self._outbox.defer(conn, MailRequested(purpose=purpose, email=email))


def _invalid_token() -> BadRequest:
    return BadRequest("token_invalid", "The token is invalid or has expired; request another mail.")


LIFECYCLE = web.AppKey("LIFECYCLE", Lifecycle)
