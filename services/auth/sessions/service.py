"""Use cases of sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from services.auth.accounts.model import Account
from services.auth.accounts.rules import check_usable
from services.auth.factors import store as factors
from services.auth.factors.rules import CONFIRMATION_LIFETIME, Standing, confirmation_required
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
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from services.auth.tokens.rules import TokenSubject
from services.auth.tokens.service import TokenIssuer
from shared.db import Connection, Database
from shared.errors import NotAuthenticated, NotFound
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.outbox import Outbox
from shared.messaging.revocations import RevocationList

ReadAccount = Callable[[Connection, int, int], Awaitable[tuple[Account, float] | None]]

log = structlog.get_logger(__name__)


class Sessions:
    """Opens, refreshes, lists and ends sessions."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        issuer: TokenIssuer,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._issuer = issuer
        self._settings = settings

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


def _subject(account: Account, standing: Standing, session_id: int, read_at: float) -> TokenSubject:
    """Return the claims of an account's token, restricted if the account lacks a required second factor."""
    roles, scopes = standing.roles_of(account.roles), standing.scopes_of(account.roles)
    return TokenSubject(account.id, account.username, roles, session_id, read_at, scopes)


SESSIONS = web.AppKey("SESSIONS", Sessions)
