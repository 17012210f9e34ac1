"""Use cases of sessions."""

from __future__ import annotations

import structlog
from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.rules import check_usable
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
from services.auth.throttling.rules import check_login_counts, make_login_keys
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from services.auth.tokens.rules import TokenSubject
from services.auth.tokens.service import TokenIssuer
from shared.db import Connection, Database
from shared.errors import NotAllowed, NotAuthenticated, NotFound
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.outbox import Outbox
from shared.messaging.revocations import RevocationList

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
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._issuer = issuer
        self._settings = settings

    async def login(self, login: str, password: str, client: Client) -> Grant:
        """Open a session if this is the password of the account with this username or email address.

        Raises TooManyRequests, NotAuthenticated `bad_credentials` (after the same time whether or not there
        is such an account), Suspended.
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
                throttling.defer_forgiveness(conn, forgiven)
                return await self.open(conn, locked, client)
        raise _bad_credentials()

    async def check_password(self, caller: Identity, password: str, client: Client) -> tuple[Account, str]:
        """Return the caller's account and its password hash if this is its password.

        Raises NotAllowed `bad_credentials` if it is not, TooManyRequests, and the errors of `get_account`.
        """
        account, _ = await self.get_account(caller)
        found, forgiven = await self._count_login(account.username, client)
        try:
            verified = await self._verify_password(found, password)
        except NotAuthenticated:
            raise wrong_password() from None
        async with self._database.transaction() as conn:
            throttling.defer_forgiveness(conn, forgiven)
        return verified

    async def open(self, conn: Connection, account: Account, client: Client) -> Grant:
        """Open a session in the caller's transaction."""
        session_id, opened_at = await store.insert_session(
            conn, account.id, client, self._settings.refresh_lifetime
        )
        token = make_opaque_token()
        store.defer_token(conn, session_id, hash_secret(token))
        return self._grant(account, session_id, opened_at, token)

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
                return self._continue(conn, token, presented, decision)
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
        account, read_at = await self._read_account(caller)
        return self._issuer.issue_ticket(_subject(account, int(caller.session_id), read_at))

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

    async def _read_account(self, caller: Identity) -> tuple[Account, float]:
        """Return the caller's account, and when it was read; raises the errors of `get_account`."""
        async with self._database.connection() as conn:
            found = await store.get_account_of_session(conn, int(caller.session_id), caller.account_id)
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
            raise _bad_credentials()
        if self._passwords.is_outdated(password_hash):
            rehashed = await self._passwords.hash(password)
            async with self._database.connection() as conn:
                if await accounts.replace_hash(conn, account.id, password_hash, rehashed):
                    password_hash = rehashed
        return account, password_hash

    def _continue(
        self, conn: Connection, token: str, presented: PresentedToken, decision: RefreshDecision
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
                self._settings.refresh_lifetime,
            )
        return self._grant(presented.account, presented.session_id, presented.read_at, successor)

    def _grant(self, account: Account, session_id: int, read_at: float, refresh_token: str) -> Grant:
        access_token = self._issuer.issue_access_token(_subject(account, session_id, read_at))
        return Grant(account, access_token, refresh_token, self._settings.refresh_lifetime)


def wrong_password() -> NotAllowed:
    """Return the refusal of an authenticated caller whose password is wrong."""
    return NotAllowed("bad_credentials", "The password is wrong.")


def _bad_credentials() -> NotAuthenticated:
    return NotAuthenticated("bad_credentials", "The username or the password is wrong.")


def _subject(account: Account, session_id: int, read_at: float) -> TokenSubject:
    return TokenSubject(account.id, account.username, account.roles, session_id, read_at)


SESSIONS = web.AppKey("SESSIONS", Sessions)
