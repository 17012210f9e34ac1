"""Use cases of sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.rules import check_own_password, check_usable
from services.auth.factors import store as factors
from services.auth.factors.passkeys import Passkeys
from services.auth.factors.rules import (
    CONFIRMATION_LIFETIME,
    LOGIN_LIFETIME,
    Proof,
    Standing,
    bad_code,
    bad_passkey,
    confirmation_required,
)
from services.auth.factors.service import FactorVerifier
from services.auth.sessions import revocation, store
from services.auth.sessions.rules import (
    Client,
    Grant,
    PresentedToken,
    RefreshDecision,
    decide_refresh,
    derive_successor,
    make_salt,
)
from services.auth.sessions.schemas import OpenSessionView
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.rules import check_login_counts, make_code_key, make_login_keys
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from services.auth.tokens.rules import TokenSubject
from services.auth.tokens.service import TokenIssuer
from shared.db import Connection, Database
from shared.errors import NotAllowed, NotAuthenticated, NotFound, SecondFactorRequired
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.outbox import Outbox
from shared.messaging.revocations import RevocationList

ReadAccount = Callable[[Connection, int, int], Awaitable[tuple[Account, float] | None]]

log = structlog.get_logger(__name__)

_LOGIN_ATTEMPTS = 3
"""How often a login is tried while concurrent requests change the password or rehash it."""


class Sessions:
    """Opens, refreshes, lists and ends sessions."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        passwords: Passwords,
        issuer: TokenIssuer,
        verifier: FactorVerifier,
        passkeys: Passkeys,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._issuer = issuer
        self._verifier = verifier
        self._passkeys = passkeys
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
            return await self.open(conn, account, client)
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
            return await self.open(conn, locked.account, client, forgiven)

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
            return await self.open(conn, locked.account, client, {})

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

    def confirm(self, conn: Connection, session_id: int, forgiven: dict[bytes, int]) -> None:
        """Mark the session as confirmed by a second factor just now, with the commit."""
        throttling.defer_forgiveness(conn, forgiven)
        store.defer_confirmation(conn, session_id)

    async def check_confirmed(self, conn: Connection, account_id: int, session_id: int) -> None:
        """Refuse a session without a recent second factor, if its account has one.

        Raises NotAllowed `confirmation_required`.
        """
        if not (await factors.get_factors(conn, account_id)).methods:
            return
        if not await store.is_confirmed(conn, session_id, CONFIRMATION_LIFETIME):
            raise confirmation_required()

    async def check_password(self, caller: Identity, password: str, client: Client) -> tuple[Account, str]:
        """Return the caller's account and its password hash if this is its password.

        Raises NotAllowed `bad_credentials` if it is not, TooManyRequests, and the errors of `get_account`.
        """
        account, _ = await self.get_account(caller)
        try:
            return await self.authenticate(account.username, password, client)
        except NotAuthenticated:
            raise wrong_password() from None

    async def open(
        self, conn: Connection, account: Account, client: Client, confirmed: dict[bytes, int] | None = None
    ) -> Grant:
        """Open a session in the caller's transaction.

        `confirmed`: a second factor was used, and these attempts at one are forgiven.
        """
        standing = await factors.get_standing(conn, account.id)
        session_id, opened_at = await store.insert_session(
            conn,
            account.id,
            client,
            min(self._settings.refresh_lifetime, self._settings.session_lifetime),
        )
        token = make_opaque_token()
        store.defer_token(conn, session_id, hash_secret(token))
        if confirmed is not None:
            self.confirm(conn, session_id, confirmed)
        return self._grant(account, standing, session_id, opened_at, token)

    async def refresh(self, token: str) -> Grant:
        """Replace a refresh token by its successor and issue a new access token.

        Raises NotAuthenticated `token_invalid`, NotAuthenticated `token_reused` after ending the session, or
        Suspended.
        """
        async with self._database.transaction() as conn:
            presented = await store.get_token_for_update(
                conn, hash_secret(token), self._settings.refresh_grace
            )
            if presented is None:
                raise NotAuthenticated("token_invalid", "The refresh token is not valid.")
            decision = decide_refresh(token, presented)
            if decision is not RefreshDecision.REVOKE:
                check_usable(presented.account)
                standing = await factors.get_standing(conn, presented.account.id)
                return self._continue(conn, token, presented, decision, standing)
            await revocation.end_session(conn, self._outbox, presented.session_id, presented.account.id)
        log.warning("refresh token reused", account_id=presented.account.id, session_id=presented.session_id)
        raise NotAuthenticated(
            "token_reused", "The refresh token has already been used; its session has ended."
        )

    async def get_account(self, caller: Identity) -> tuple[Account, int]:
        """Return the caller's account in its current state, and the id of the caller's session.

        Raises NotAuthenticated when the session has ended since the token was issued, Suspended.
        """
        account, _ = await self._read_account(caller)
        return account, int(caller.session_id)

    async def issue_ticket(self, caller: Identity) -> str:
        """Issue a ticket that opens one WebSocket; raises the errors of `get_account`."""
        account, read_at = await self._read_account(caller, store.get_account_for_ticket)
        async with self._database.connection() as conn:
            standing = await factors.get_standing(conn, account.id)
        subject = _subject(account, standing, int(caller.session_id), read_at)
        return self._issuer.issue_ticket(subject.limited_to(caller.roles, caller.scopes))

    async def list(self, caller: Identity, paging: Paging) -> Page[OpenSessionView]:
        """Return a page of the caller's sessions; raises the errors of `get_account`."""
        await self.get_account(caller)
        async with self._database.connection() as conn:
            found = await store.list_sessions(
                conn, caller.account_id, after=after_id(paging), count=paging.limit + 1
            )
        items, cursor = slice_of(found, paging, lambda session: (session.id,))
        return Page(
            items=[OpenSessionView.of(session, caller.session_id) for session in items], next_cursor=cursor
        )

    async def end(self, caller: Identity, session_id: int) -> None:
        """End one of the caller's sessions; raises NotFound, and the errors of `get_account`."""
        await self.get_account(caller)
        async with self._database.transaction() as conn:
            if not await revocation.end_session(conn, self._outbox, session_id, caller.account_id):
                raise NotFound("session_not_found", "No such session.")

    async def logout(self, caller: Identity | None, token: str | None) -> None:
        """End the session of the access token and that of the refresh token, if they are live.

        Raises NotAuthenticated when neither is given.
        """
        if caller is None and token is None:
            raise NotAuthenticated("not_authenticated", "This requires an access token or a refresh token.")
        async with self._database.transaction() as conn:
            if caller is not None:
                await revocation.end_session(conn, self._outbox, int(caller.session_id), caller.account_id)
            if token is not None:
                await revocation.end_session_of_token(conn, self._outbox, token)

    async def logout_all(self, caller: Identity) -> None:
        """End all sessions of the caller; raises the errors of `get_account`."""
        await self.get_account(caller)
        async with self._database.transaction() as conn:
            await revocation.end_all_sessions(conn, self._outbox, caller.account_id)

    async def list_revocations(self) -> RevocationList:
        """Return every revocation of access tokens that have not expired yet."""
        async with self._database.connection() as conn:
            return RevocationList(revocations=list(await store.list_revocations(conn)))

    async def _read_account(
        self, caller: Identity, read: ReadAccount = store.get_account_of_session
    ) -> tuple[Account, float]:
        """Return the caller's account, and when it was read; raises the errors of `get_account`."""
        async with self._database.connection() as conn:
            found = await read(conn, int(caller.session_id), caller.account_id)
        if found is None:
            raise NotAuthenticated("token_invalid", "The session of this token has ended.")
        check_usable(found[0])
        return found

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

    def _continue(
        self,
        conn: Connection,
        token: str,
        presented: PresentedToken,
        decision: RefreshDecision,
        standing: Standing,
    ) -> Grant:
        salt = presented.successor_salt or make_salt()
        successor = derive_successor(token, salt)
        if decision is RefreshDecision.ROTATE:
            store.defer_rotation(
                conn,
                presented.session_id,
                hash_secret(token),
                salt,
                hash_secret(successor),
            )
            store.defer_extension(
                conn,
                presented.session_id,
                self._settings.refresh_lifetime,
                self._settings.session_lifetime,
            )
        return self._grant(presented.account, standing, presented.session_id, presented.read_at, successor)

    def _grant(
        self, account: Account, standing: Standing, session_id: int, read_at: float, refresh_token: str
    ) -> Grant:
        access_token = self._issuer.issue_access_token(_subject(account, standing, session_id, read_at))
        return Grant(account, access_token, refresh_token, self._settings.refresh_lifetime)


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


def _subject(account: Account, standing: Standing, session_id: int, read_at: float) -> TokenSubject:
    """Return the claims of an account's token, restricted if the account lacks a required second factor."""
    roles, scopes = standing.roles_of(account.roles), standing.scopes_of(account.roles)
    return TokenSubject(account.id, account.username, roles, session_id, read_at, scopes)


SESSIONS = web.AppKey("SESSIONS", Sessions)
