"""Use cases of logging in, and of proving again who a caller is: by password, second factor or passkey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.rules import check_own_password, check_usable
from services.auth.factors import store as factors
from services.auth.factors.passkeys import Passkeys
from services.auth.factors.rules import LOGIN_LIFETIME, Proof, bad_code, bad_passkey
from services.auth.factors.service import FactorVerifier
from services.auth.sessions.rules import Client, Grant
from services.auth.sessions.service import Sessions
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.rules import check_login_counts, make_code_key, make_login_keys
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from shared.db import Connection, Database
from shared.errors import NotAllowed, NotAuthenticated, SecondFactorRequired
from shared.identity import Identity

_LOGIN_ATTEMPTS = 3
"""How often a login is tried while concurrent requests change the password or rehash it."""


class Logins:
    """Opens sessions for those who prove that an account is theirs."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        verifier: FactorVerifier,
        passkeys: Passkeys,
        sessions: Sessions,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._verifier = verifier
        self._passkeys = passkeys
        self._sessions = sessions
        self._settings = settings

    async def login(self, login: str, password: str, client: Client) -> Grant:
        """Open a session if this is the password of the account with this username or email address.

        Raises TooManyRequests, NotAuthenticated `bad_credentials` (after the same time whether or not there
        is such an account), Suspended, NotAllowed for a one-time password (`check_own_password`),
        SecondFactorRequired.
        """
        found, forgiven = await self._count_login(login, client)
        for _ in range(_LOGIN_ATTEMPTS):
            account, password_hash = await self._verify_password(found, password)
            async with self._database.transaction() as conn:
                locked = await accounts.get_account_for_share(conn, account.id, password_hash)
                if locked is None:
                    # The password or its hash has changed since it was read: try again with the new one.
                    found = await accounts.get_account(conn, account.id)
                    continue
                check_usable(locked)
                check_own_password(locked, datetime.now(UTC))
                throttling.defer_forgiveness(conn, forgiven)
                entered = await self.enter(conn, locked, client)
            return complete(entered)
        raise bad_credentials()

    async def authenticate(self, login: str, password: str, client: Client) -> tuple[Account, str]:
        """Return the account with this username or email address and its hash if this is its password.

        Raises TooManyRequests, NotAuthenticated `bad_credentials`.
        """
        found, forgiven = await self._count_login(login, client)
        verified = await self._verify_password(found, password)
        async with self._database.transaction() as conn:
            throttling.defer_forgiveness(conn, forgiven)
        return verified

    async def enter(self, conn: Connection, account: Account, client: Client) -> Grant | SecondFactorRequired:
        """Open a session in the caller's transaction, or let the login wait if there is a second factor.

        Returns, for `complete`, what is to be raised once the transaction has committed.
        """
        methods = (await factors.get_factors(conn, account.id)).methods
        if not methods:
            return await self._sessions.open(conn, account, client)
        token = make_opaque_token()
        await factors.insert_login(conn, hash_secret(token), account.id, LOGIN_LIFETIME)
        return SecondFactorRequired(token, methods)

    async def login_with_second_factor(self, token: str, proof: Proof, client: Client) -> Grant:
        """Open the session of a login that waits for a second factor.

        Raises NotAuthenticated `bad_code`, TooManyRequests, Suspended.
        """
        token_hash = hash_secret(token)
        async with self._database.connection() as conn:
            account_id = await factors.get_login(conn, token_hash)
        if account_id is None:
            raise bad_code()
        forgiven = await self.count_code(account_id)
        async with self._database.transaction() as conn:
            locked = await accounts.get_account_for_update(conn, account_id)
            if locked is None or not await factors.end_login(conn, token_hash):
                raise bad_code()
            check_usable(locked.account)
            if not await self._verifier.use(conn, account_id, proof):
                raise bad_code()
            return await self._sessions.open(conn, locked.account, client, forgiven)

    async def login_with_passkey(self, assertion: Mapping[str, Any], client: Client) -> Grant:
        """Open a session by a passkey alone, whose device has verified who used it.

        Raises NotAuthenticated `bad_passkey`, Suspended.
        """
        async with self._database.transaction() as conn:
            used = await self._passkeys.use(conn, assertion)
            locked = used and await accounts.get_account_for_update(conn, used.account_id)
            if not used or not used.is_verified or not locked:
                raise bad_passkey()
            check_usable(locked.account)
            return await self._sessions.open(conn, locked.account, client, {})

    async def make_passkey_options(self, caller: Identity | None, token: str | None) -> dict[str, Any]:
        """Return what a browser needs to use a passkey.

        It may be one of the account whose login waits with this token, else of the caller, else any. Some
        security keys keep no passkeys themselves and use one only if it is named.

        Raises NotAuthenticated `bad_code` if no login waits.
        """
        async with self._database.connection() as conn:
            account_id = None if caller is None else caller.account_id
            if token is not None:
                account_id = await factors.get_login(conn, hash_secret(token))
                if account_id is None:
                    raise bad_code()
            return await self._passkeys.make_login_options(conn, account_id)

    async def count_code(self, account_id: int) -> dict[bytes, int]:
        """Count a code that somebody tries for an account. Raises TooManyRequests.

        Returns the attempts, by key, to subtract if the code is right.
        """
        key = make_code_key(account_id)
        async with self._database.connection() as conn:
            counts = await throttling.count_attempt(conn, [key], self._settings.code_window)
        check_login_counts([(counts[key], self._settings.code_failures_per_account)])
        return {key: counts[key].attempts}

    async def check_password(self, caller: Identity, password: str, client: Client) -> tuple[Account, str]:
        """Return the caller's account and its password hash if this is its password.

        Raises NotAllowed `bad_credentials` if it is not, TooManyRequests, and the errors of
        `Sessions.get_account`.
        """
        account, _ = await self._sessions.get_account(caller)
        try:
            return await self.authenticate(account.username, password, client)
        except NotAuthenticated:
            raise wrong_password() from None

    async def _count_login(
        self, login: str, client: Client
    ) -> tuple[tuple[Account, str] | None, dict[bytes, int]]:
        """Count a login. Raises TooManyRequests.

        Returns the account and its password hash, if there is one, and the attempts, by key, to subtract if
        the login succeeds.
        """
        settings = self._settings
        limits = (
            settings.login_failures_per_account,
            settings.login_failures_per_address,
            settings.logins_per_address,
        )
        async with self._database.connection() as conn:
            found = await accounts.get_account_by_login(conn, login)
            account_id = None if found is None else found[0].id
            account_key, address_key, _ = keys = make_login_keys(account_id, login, client.address)
            counts = await throttling.count_attempt(conn, keys, settings.login_window)
        check_login_counts([(counts[key], limit) for key, limit in zip(keys, limits, strict=True)])
        # A success resets the count of the account, but takes only itself back from that of the address,
        # where other accounts may be under attack.
        return found, {account_key: counts[account_key].attempts, address_key: 1}

    async def _verify_password(self, found: tuple[Account, str] | None, password: str) -> tuple[Account, str]:
        """Return the account and its password hash, rehashed if its parameters were outdated.

        Raises NotAuthenticated `bad_credentials`.
        """
        account, password_hash = found or (None, None)
        matches = await self._passwords.verify(password_hash, password)
        if not matches or account is None or password_hash is None:
            raise bad_credentials()
        if self._passwords.is_outdated(password_hash):
            rehashed = await self._passwords.hash(password)
            async with self._database.connection() as conn:
                if await accounts.replace_hash(conn, account.id, password_hash, rehashed):
                    password_hash = rehashed
        return account, password_hash


def complete(entered: Grant | SecondFactorRequired) -> Grant:
    """Return the session of a login, or raise that it takes a second factor."""
    if isinstance(entered, SecondFactorRequired):
        raise entered
    return entered


def wrong_password() -> NotAllowed:
    """Return the refusal of an authenticated caller whose password is wrong."""
    return NotAllowed("bad_credentials", "The password is wrong.")


def bad_credentials() -> NotAuthenticated:
    """Return the refusal of a login; it does not tell whether there is such an account."""
    return NotAuthenticated("bad_credentials", "The username or the password is wrong.")


LOGINS = web.AppKey("LOGINS", Logins)
