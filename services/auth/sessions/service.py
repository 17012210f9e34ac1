"""Use cases of sessions."""

from __future__ import annotations

import structlog
from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.rules import Account, check_usable
from services.auth.sessions import ending, store
from services.auth.sessions.rules import (
    Client,
    Count,
    Grant,
    Presented,
    Verdict,
    check_counts,
    hash_of,
    judge,
    new_refresh_token,
    new_salt,
    successor,
    throttle_keys,
)
from services.auth.sessions.schemas import OpenSessionView
from services.auth.settings import AuthSettings
from services.auth.tokens.rules import Holder
from services.auth.tokens.service import Mint
from shared.db import Connection, Database
from shared.errors import NotAllowed, NotAuthenticated, NotFound
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.outbox import Outbox
from shared.messaging.revocations import RevocationList

log = structlog.get_logger(__name__)

_ATTEMPTS = 3
"""Logins tried while others change the password, or renew its hash, under way."""


class Sessions:
    """Opening, refreshing, listing and ending sessions."""

    def __init__(
        self, database: Database, outbox: Outbox, passwords: Passwords, mint: Mint, settings: AuthSettings
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._passwords = passwords
        self._mint = mint
        self._settings = settings

    async def login(self, login: str, password: str, client: Client) -> Grant:
        """Open a session for who knows the password of a username or email address.

        Raises TooManyRequests, NotAuthenticated `bad_credentials` (in the same time whether or not there is
        such an account), NotAllowed `account_suspended`.
        """
        keys = throttle_keys(login, client.address)
        counts = await self._count(keys)
        for _ in range(_ATTEMPTS):
            async with self._database.connection() as conn:
                known = await accounts.by_login(conn, login)
            account, stored = await self._verified(known, password)
            async with self._database.transaction() as conn:
                held = await accounts.held(conn, account.id, stored)
                if held is None:
                    # The password, or its hash, was changed since: again, with the new one.
                    continue
                check_usable(held)
                of_account, of_address = keys
                store.defer_forgiveness(conn, {of_account: counts[of_account].failures, of_address: 1})
                return await self.open(conn, held, client)
        raise _bad_credentials()

    async def prove(self, caller: Identity, password: str, client: Client) -> tuple[Account, str]:
        """Return the caller's account and its password's hash, if that is the password.

        Raises NotAllowed `bad_credentials` if it is not, TooManyRequests, and as `holder` does.
        """
        account, _ = await self.holder(caller)
        keys = throttle_keys(account.username, client.address)
        counts = await self._count(keys)
        async with self._database.connection() as conn:
            known = await accounts.by_id(conn, account.id)
        try:
            verified = await self._verified(known, password)
        except NotAuthenticated:
            raise bad_password() from None
        async with self._database.transaction() as conn:
            of_account, of_address = keys
            store.defer_forgiveness(conn, {of_account: counts[of_account].failures, of_address: 1})
        return verified

    async def open(self, conn: Connection, account: Account, client: Client) -> Grant:
        """Open a session in the caller's transaction."""
        session_id = await store.open_session(conn, account.id, client, self._settings.refresh_lifetime)
        token = new_refresh_token()
        store.defer_token(conn, session_id, hash_of(token))
        return self._grant(account, session_id, token)

    async def refresh(self, token: str) -> Grant:
        """Replace a refresh token by its successor and give a new access token.

        Raises NotAuthenticated `token_invalid` or, ending the session, `token_reused`; NotAllowed
        `account_suspended`.
        """
        async with self._database.transaction() as conn:
            presented = await store.held(conn, hash_of(token), self._settings.refresh_grace)
            if presented is None:
                raise NotAuthenticated("token_invalid", "the refresh token does not hold")
            verdict = judge(token, presented)
            if verdict is not Verdict.REUSED:
                check_usable(presented.account)
                return self._continue(conn, token, presented, verdict)
            await ending.end(conn, self._outbox, presented.session_id, presented.account.id)
        log.warning("refresh token reused", account_id=presented.account.id, session_id=presented.session_id)
        raise NotAuthenticated("token_reused", "the refresh token was used before; its session is ended")

    async def holder(self, caller: Identity) -> tuple[Account, int]:
        """Return the caller's account as it is now, and the id of the session.

        Raises NotAuthenticated when the session has ended since the token was made, NotAllowed
        `account_suspended`.
        """
        session_id = int(caller.session_id)
        async with self._database.connection() as conn:
            account = await store.account_of_session(conn, session_id, caller.account_id)
        if account is None:
            raise NotAuthenticated("token_invalid", "the session of this token has ended")
        check_usable(account)
        return account, session_id

    async def list(self, caller: Identity, paging: Paging) -> Page[OpenSessionView]:
        """Return a slice of the caller's sessions; raises as `holder` does."""
        await self.holder(caller)
        async with self._database.connection() as conn:
            found = await store.listed(
                conn, caller.account_id, after=after_id(paging), count=paging.limit + 1
            )
        items, cursor = slice_of(found, paging, lambda session: (session.id,))
        return Page(
            items=[OpenSessionView.of(session, caller.session_id) for session in items], next_cursor=cursor
        )

    async def end(self, caller: Identity, session_id: int) -> None:
        """End one of the caller's sessions; raises NotFound, and as `holder` does."""
        await self.holder(caller)
        async with self._database.transaction() as conn:
            if not await ending.end(conn, self._outbox, session_id, caller.account_id):
                raise NotFound("session_not_found", "no such session")

    async def logout(self, caller: Identity | None, token: str | None) -> None:
        """End the session of the access token, and that of the refresh token; none may be live any more.

        Raises NotAuthenticated when neither is given.
        """
        if caller is None and token is None:
            raise NotAuthenticated("not_authenticated", "this needs an access token or a refresh token")
        async with self._database.transaction() as conn:
            if caller is not None:
                await ending.end(conn, self._outbox, int(caller.session_id), caller.account_id)
            if token is not None:
                await ending.end_by_token(conn, self._outbox, token)

    async def logout_all(self, caller: Identity) -> None:
        """End all sessions of the caller; raises as `holder` does."""
        await self.holder(caller)
        async with self._database.transaction() as conn:
            await ending.end_all(conn, self._outbox, caller.account_id)

    async def revoked(self) -> RevocationList:
        """Return every revocation of tokens that might still be valid."""
        async with self._database.connection() as conn:
            return RevocationList(revocations=list(await store.revoked(conn)))

    async def _count(self, keys: tuple[bytes, bytes]) -> dict[bytes, Count]:
        limits = self._settings.login_failures_per_account, self._settings.login_failures_per_address
        async with self._database.connection() as conn:
            counts = await store.count_login(conn, keys, self._settings.login_window)
        check_counts([(counts[key], limit) for key, limit in zip(keys, limits, strict=True)])
        return counts

    async def _verified(self, known: tuple[Account, str] | None, password: str) -> tuple[Account, str]:
        """Return the account and the hash of the password, renewed if it was due."""
        account, stored = known or (None, None)
        if not await self._passwords.verify(stored, password) or account is None or stored is None:
            raise _bad_credentials()
        if self._passwords.is_outdated(stored):
            renewed = await self._passwords.hash(password)
            async with self._database.connection() as conn:
                if await accounts.replace_hash(conn, account.id, stored, renewed):
                    stored = renewed
        return account, stored

    def _continue(self, conn: Connection, token: str, presented: Presented, verdict: Verdict) -> Grant:
        salt = presented.successor_salt or new_salt()
        following = successor(token, salt)
        if verdict is Verdict.ROTATE:
            store.defer_rotation(
                conn,
                presented.session_id,
                hash_of(token),
                salt,
                hash_of(following),
                self._settings.refresh_lifetime,
            )
        return self._grant(presented.account, presented.session_id, following)

    def _grant(self, account: Account, session_id: int, refresh_token: str) -> Grant:
        holder = Holder(account.id, account.username, account.roles, session_id)
        return Grant(account, self._mint.access_token(holder), refresh_token, self._settings.refresh_lifetime)


def bad_password() -> NotAllowed:
    """Return the refusal of who is logged in but does not know the password."""
    return NotAllowed("bad_credentials", "the password is wrong")


def _bad_credentials() -> NotAuthenticated:
    return NotAuthenticated("bad_credentials", "the username or the password is wrong")


SESSIONS = web.AppKey("SESSIONS", Sessions)
