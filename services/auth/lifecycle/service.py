"""Use cases of an account's life after its registration: confirmation, recovery, changes, deletion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account, Status
from services.auth.accounts.passwords import COMMON, Passwords
from services.auth.accounts.rules import (
    check_one_time_password,
    check_password,
    check_usable,
    leaves_no_admin,
)
from services.auth.accounts.service import CONFLICTS
from services.auth.exports import store as exports
from services.auth.factors import store as factors
from services.auth.identities import store as identities
from services.auth.lifecycle.mailing import Mailing
from services.auth.lifecycle.schemas import AccountDeletion, OneTimeLogin, Transfer
from services.auth.mail import store as mail
from services.auth.mail.rules import Purpose
from services.auth.sessions import revocation
from services.auth.sessions.logins import Logins, bad_credentials, complete, wrong_password
from services.auth.sessions.rules import Client, Grant
from services.auth.tokens.opaque import hash_secret
from shared.db import Connection, Database
from shared.errors import BadRequest, Conflict, Invalid, Refusal, UniqueViolated
from shared.identity import Identity
from shared.messaging.contracts import AccountDeleted, AccountVerified, MailRequested
from shared.messaging.exporting import end_jobs
from shared.messaging.outbox import Outbox


class Lifecycle:
    """Confirms, recovers, changes and deletes accounts."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        passwords: Passwords,
        logins: Logins,
        mailing: Mailing,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._logins = logins
        self._mailing = mailing

    async def request_mail(self, purpose: Purpose, email: str, client: Client) -> None:
        """Request a mail to this address; beyond the limits the request is dropped silently.

        The work and its duration are the same whether or not an account has the address.
        """
        async with self._database.transaction() as conn:
            await self._mailing.send(conn, purpose, email, client)

    async def confirm_email(self, token: str) -> None:
        """Mark the email address of the token's account as verified; raises BadRequest `token_invalid`."""
        async with self._database.transaction() as conn:
            account = await self._spend_token(conn, Purpose.CONFIRM_EMAIL, token)
            version = await accounts.mark_email_verified(conn, account.id)
            if version is not None:
                self._outbox.defer(
                    conn, AccountVerified(account_id=account.id, username=account.username, version=version)
                )

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
            await self._mailing.send(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def change_password(self, caller: Identity, current: str, password: str, client: Client) -> None:
        """Set the caller's password and end all other sessions.

        Raises NotAllowed `bad_credentials` if `current` is wrong, Invalid for the new password,
        TooManyRequests, and the errors of `Sessions.get_account`.
        """
        account, current_hash = await self._logins.check_password(caller, current, client)
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            await self._lock_account(conn, account.id, current_hash)
            accounts.defer_password_change(conn, account.id, password_hash)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_other_sessions(conn, self._outbox, int(caller.session_id), account.id)
            await self._mailing.send(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def request_email(self, caller: Identity, email: str, password: str, client: Client) -> None:
        """Send a link to the address that the account is to have, and tell the address that it has.

        Raises the errors of `change_password`, and Invalid if it is the current address.
        """
        account, password_hash = await self._logins.check_password(caller, password, client)
        if email.lower() == account.email.lower():
            raise Invalid.field("body", "email", msg="is the current address", rule="current_address")
        async with self._database.transaction() as conn:
            await self._lock_account(conn, account.id, password_hash)
            await self._mailing.send(conn, Purpose.CHANGE_EMAIL, email, client, account.id)
            await self._mailing.send(conn, Purpose.EMAIL_CHANGE_REQUESTED, account.email)

    async def change_email(self, token: str) -> None:
        """Give the token's account the address that the token was sent to, and tell the older address.

        Raises BadRequest `token_invalid`, Conflict `email_taken`.
        """
        async with self._database.transaction() as conn:
            email = await mail.get_new_email(conn, hash_secret(token))
            account = await self._spend_token(conn, Purpose.CHANGE_EMAIL, token)
            if email is None:
                raise _invalid_token()
            try:
                version = await accounts.set_email(conn, account.id, email)
            except UniqueViolated as error:
                raise Conflict(*CONFLICTS[error.constraint]) from None
            mail.defer_token_deletion(conn, account.id)
            self._outbox.defer(
                conn, AccountVerified(account_id=account.id, username=account.username, version=version)
            )
            self._outbox.defer(
                conn,
                MailRequested(purpose=Purpose.EMAIL_CHANGED, email=account.email, account_id=account.id),
            )

    async def replace_one_time_password(self, login: OneTimeLogin, client: Client) -> Grant:
        """Set the password that the owner of an account chooses instead of a one-time password, and log in.

        Raises NotAuthenticated `bad_credentials`, Suspended, the errors of `check_one_time_password`, Invalid
        for the new password, TooManyRequests, SecondFactorRequired.
        """
        one_time, password = login.password.get_secret_value(), login.new_password.get_secret_value()
        account, one_time_hash = await self._logins.authenticate(login.username, one_time, client)
        check_usable(account)
        check_one_time_password(account, datetime.now(UTC))
        if password == one_time:
            raise Invalid.field(
                "body", "new_password", msg="must not be the one-time password", rule="same_password"
            )
        password_hash = await self._hash_new_password(password, account)
        async with self._database.transaction() as conn:
            # A one-time password is used once: of several callers, all but one find another hash here.
            locked = await self._lock_account(conn, account.id, one_time_hash, bad_credentials)
            accounts.defer_password_change(conn, account.id, password_hash)
            mail.defer_token_deletion(conn, account.id)
            await self._mailing.send(conn, Purpose.PASSWORD_CHANGED, account.email)
            entered = await self._logins.enter(conn, locked, client)
        return complete(entered)

    async def delete_account(self, caller: Identity, deletion: AccountDeletion, client: Client) -> None:
        """Delete the caller's account: an anonymised row remains; username and email address become free.

        Raises the errors of `change_password`, Conflict `last_admin`, and Invalid if its canvases cannot go
        where they should.
        """
        password = deletion.password.get_secret_value()
        account, password_hash = await self._logins.check_password(caller, password, client)
        async with self._database.transaction() as conn:
            accounts.prepend_admin_lock(conn)
            locked = await self._lock_account(conn, account.id, password_hash)
            has_other_admins = await accounts.has_other_admins(conn, account.id)
            if leaves_no_admin(locked, (), has_other_admins=has_other_admins):
                raise Conflict("last_admin", "This is the last admin; make another account an admin first.")
            heir = await self._get_heir(conn, account.id, deletion)
            version = await accounts.anonymise_account(conn, account.id)
            await factors.delete_factors(conn, account.id)
            await exports.delete_of(conn, account.id)
            await identities.remove_all(conn, account.id)
            await end_jobs(conn, account.id)
            mail.defer_token_deletion(conn, account.id)
            await revocation.end_all_sessions(conn, self._outbox, account.id)
            deleted = AccountDeleted(
                account_id=account.id,
                version=version,
                canvases="transfer" if isinstance(deletion.canvases, Transfer) else deletion.canvases,
                heir_id=heir and heir.id,
                heir_username=heir and heir.username,
            )
            self._outbox.defer(conn, deleted)

    async def _get_heir(self, conn: Connection, account_id: int, deletion: AccountDeletion) -> Account | None:
        """Return the account that gets the canvases, None if no other one does; raises Invalid.

        The lock of the admins, which every deletion takes first, keeps the heir from being deleted meanwhile.
        """
        if not isinstance(deletion.canvases, Transfer):
            return None
        found = await accounts.get_account(conn, deletion.canvases.transfer_to)
        if found is None or found[0].id == account_id or found[0].status is not Status.ACTIVE:
            raise Invalid.field(
                "body", "canvases", "transfer_to", msg="must be another account, which is not suspended"
            )
        return found[0]

    async def _lock_account(
        self,
        conn: Connection,
        account_id: int,
        password_hash: str,
        refuse: Callable[[], Refusal] = wrong_password,
    ) -> Account:
        """Lock the account; raises the refusal when its password has changed since it was checked."""
        locked = await accounts.get_account_for_update(conn, account_id)
        if locked is None or locked.password_hash != password_hash:
            raise refuse()
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


def _invalid_token() -> BadRequest:
    return BadRequest("token_invalid", "The token is invalid or has expired; request another mail.")


LIFECYCLE = web.AppKey("LIFECYCLE", Lifecycle)
