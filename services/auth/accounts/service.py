"""Use cases of accounts."""

from __future__ import annotations

from aiohttp import web

from services.auth.accounts import store
from services.auth.accounts.passwords import COMMON, Passwords
from services.auth.accounts.rules import Account, check_password, leaves_no_admin
from services.auth.accounts.schemas import Registration
from services.auth.events import account_registered
from services.auth.mail import store as mail_store
from services.auth.mail.rules import Purpose, throttle_keys
from services.auth.sessions import ending
from services.auth.sessions import store as sessions_store
from services.auth.sessions.rules import Client, Grant, hash_of
from services.auth.sessions.service import Sessions, bad_password
from services.auth.settings import AuthSettings
from shared.db import Connection, Database
from shared.errors import BadRequest, Conflict, UniqueViolated
from shared.identity import Identity
from shared.messaging.contracts import AccountDeleted, AccountVerified, MailRequested
from shared.messaging.outbox import Outbox

TAKEN = {
    "uq_accounts_username": ("username_taken", "this username is taken"),
    "uq_accounts_email": ("email_taken", "there is an account with this email address"),
}
"""Code and detail of the Conflict that each unique constraint stands for."""


class Accounts:
    """Making accounts, changing them, and leaving."""

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
                self._ask_for_mail(conn, Purpose.CONFIRM_EMAIL, account.email)
                return await self._sessions.open(conn, account, client)
        except UniqueViolated as error:
            raise Conflict(*TAKEN[error.constraint]) from None

    async def ask_for_mail(self, purpose: Purpose, email: str, client: Client) -> None:
        """Ask for a mail to whoever has that address; beyond the limits nothing is asked for.

        The same is done, and takes the same time, whether or not there is such an account.
        """
        keys = throttle_keys(purpose, email, client.address)
        limits = self._settings.mails_per_account, self._settings.mails_per_address
        async with self._database.transaction() as conn:
            counts = await sessions_store.count_login(conn, keys, self._settings.mail_window)
            if all(counts[key].failures <= limit for key, limit in zip(keys, limits, strict=True)):
                self._ask_for_mail(conn, purpose, email)

    async def confirm_email(self, token: str) -> None:
        """Note that an address is its owner's; raises BadRequest `token_invalid`."""
        async with self._database.transaction() as conn:
            account = await self._spend(conn, Purpose.CONFIRM_EMAIL, token)
            version = await store.verify_email(conn, account.id)
            if version is not None:
                self._outbox.emit(conn, AccountVerified(account_id=account.id, version=version))

    async def reset_password(self, token: str, password: str) -> None:
        """Set a password and end all sessions; raises BadRequest `token_invalid`, Invalid."""
        async with self._database.connection() as conn:
            account = await mail_store.holder(conn, Purpose.RESET_PASSWORD, hash_of(token))
        if account is None:
            raise _bad_token()
        hashed = await self._hashed(password, account)
        async with self._database.transaction() as conn:
            await self._spend(conn, Purpose.RESET_PASSWORD, token)
            store.defer_password(conn, account.id, hashed)
            await ending.end_all(conn, self._outbox, account.id)
            self._ask_for_mail(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def change_password(self, caller: Identity, current: str, password: str, client: Client) -> None:
        """Set a password and end all other sessions.

        Raises NotAllowed `bad_credentials` for a wrong current one, Invalid, TooManyRequests, and as
        `Sessions.holder` does.
        """
        account, verified = await self._sessions.prove(caller, current, client)
        hashed = await self._hashed(password, account)
        async with self._database.transaction() as conn:
            await self._locked(conn, account.id, verified)
            store.defer_password(conn, account.id, hashed)
            mail_store.defer_voiding(conn, account.id)
            await ending.end_others(conn, self._outbox, int(caller.session_id), account.id)
            self._ask_for_mail(conn, Purpose.PASSWORD_CHANGED, account.email)

    async def delete(self, caller: Identity, password: str, client: Client) -> None:
        """Delete the caller's account: the row stays as nobody's, username and address are free again.

        Raises as `change_password` does, and Conflict `last_admin`.
        """
        account, verified = await self._sessions.prove(caller, password, client)
        async with self._database.transaction() as conn:
            store.lead_with_admin_lock(conn)
            locked = await self._locked(conn, account.id, verified)
            others = await store.has_other_admins(conn, account.id)
            if leaves_no_admin(locked, (), has_other_admins=others):
                raise Conflict("last_admin", "make somebody else an admin first")
            version = await store.anonymise(conn, account.id)
            mail_store.defer_voiding(conn, account.id)
            await ending.end_all(conn, self._outbox, account.id)
            self._outbox.emit(conn, AccountDeleted(account_id=account.id, version=version))

    async def _locked(self, conn: Connection, account_id: int, verified: str) -> Account:
        locked = await store.locked(conn, account_id)
        if locked is None or locked.password_hash != verified:
            raise bad_password()
        return locked.account

    async def _spend(self, conn: Connection, purpose: Purpose, token: str) -> Account:
        """Use up a token and return its account, locked; raises BadRequest."""
        account = await mail_store.holder(conn, purpose, hash_of(token))
        # The account first, as everywhere: of two that would wait for each other, one waits.
        if account is None or await store.locked(conn, account.id) is None:
            raise _bad_token()
        if not await mail_store.spend(conn, purpose, hash_of(token)):
            raise _bad_token()
        return account

    async def _hashed(self, password: str, account: Account) -> str:
        check_password(password, account.username, account.email, COMMON, "new_password")
        return await self._passwords.hash(password)

    def _ask_for_mail(self, conn: Connection, purpose: Purpose, email: str) -> None:
        self._outbox.emit(conn, MailRequested(purpose=purpose, email=email))


def _bad_token() -> BadRequest:
    return BadRequest("token_invalid", "the token does not hold; ask for another mail")


ACCOUNTS = web.AppKey("ACCOUNTS", Accounts)
