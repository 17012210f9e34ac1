"""Use cases of bots' tokens."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.rules import check_usable
from services.auth.bots import store
from services.auth.bots.rules import (
    ENDLESS,
    TOKENS_MAX,
    check_expiry,
    check_scopes,
    invalid_token,
    make_bot_token,
    roles_for,
    scopes_for,
)
from services.auth.bots.schemas import BotAccessView, BotTokenDraft, BotTokenView, NewBotTokenView
from services.auth.factors import store as factors
from services.auth.sessions import revocation
from services.auth.sessions.rules import Client
from services.auth.sessions.service import Sessions
from services.auth.sessions.store import insert_session
from services.auth.tokens.opaque import hash_secret
from services.auth.tokens.rules import TokenSubject
from services.auth.tokens.service import TokenIssuer
from shared.db import Database
from shared.errors import Conflict, NotFound
from shared.http.models import Page, Paging
from shared.http.paging import after_id, slice_of
from shared.identity import Identity
from shared.messaging.outbox import Outbox


class Bots:
    """Makes, lists, revokes and exchanges tokens of bots.

    What their owner does raises the errors of `Sessions.get_account`.
    """

    def __init__(self, database: Database, outbox: Outbox, sessions: Sessions, issuer: TokenIssuer) -> None:
        self._database = database
        self._outbox = outbox
        self._sessions = sessions
        self._issuer = issuer

    async def create(self, caller: Identity, draft: BotTokenDraft, client: Client) -> NewBotTokenView:
        """Make a token; only this response has it.

        Raises Invalid for an end in the past, NotAllowed `not_allowed` or `confirmation_required`, Conflict
        `too_many_tokens`.
        """
        account, session_id = await self._sessions.get_account(caller)
        now = datetime.now(UTC)
        check_expiry(draft.expires_at, now)
        check_scopes(draft.scopes, account.roles)
        lifetime = ENDLESS if draft.expires_at is None else draft.expires_at - now
        token = make_bot_token()
        async with self._database.transaction() as conn:
            # The lock serialises those who count.
            await accounts.get_account_for_update(conn, account.id)
            await self._sessions.check_confirmed(conn, account.id, session_id)
            if await store.count_tokens(conn, account.id) >= TOKENS_MAX:
                raise Conflict("too_many_tokens", f"An account can have {TOKENS_MAX} tokens; revoke others.")
            made, _ = await insert_session(conn, account.id, client, lifetime)
            scopes = sorted(set(draft.scopes))
            await store.insert_token(
                conn,
                made,
                hash_secret(token),
                name=draft.name,
                scopes=scopes,
                expires_at=draft.expires_at,
            )
        return NewBotTokenView(
            id=made, token=token, name=draft.name, scopes=scopes, expires_at=draft.expires_at
        )

    async def list(self, caller: Identity, paging: Paging) -> Page[BotTokenView]:
        """Return a page of the caller's tokens, oldest first."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            found = await store.list_tokens(conn, account.id, after=after_id(paging), count=paging.limit + 1)
        items, cursor = slice_of(found, paging, lambda token: (token.id,))
        return Page(items=[BotTokenView.model_validate(token) for token in items], next_cursor=cursor)

    async def revoke(self, caller: Identity, token_id: int) -> None:
        """Revoke one of the caller's tokens, and its access tokens; raises NotFound."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            is_token = await store.has_token(conn, account.id, token_id)
            if not is_token or not await revocation.end_session(conn, self._outbox, token_id, account.id):
                raise NotFound("token_not_found", "No such token.")

    async def exchange(self, token: str) -> BotAccessView:
        """Issue an access token; raises NotAuthenticated `token_invalid`, Suspended."""
        async with self._database.transaction() as conn:
            presented = await store.get_token_for_update(conn, hash_secret(token))
            if presented is None:
                raise invalid_token()
            check_usable(presented.account)
            standing = await factors.get_standing(conn, presented.account.id)
            store.defer_use(conn, presented.session_id)
        account = presented.account
        scopes = scopes_for(presented.scopes, standing.scopes_of(account.roles))
        subject = TokenSubject(
            account.id,
            account.username,
            roles_for(presented.scopes, standing.roles_of(account.roles)),
            presented.session_id,
            presented.read_at,
            scopes,
        )
        return BotAccessView(
            access_token=self._issuer.issue_access_token(subject), scope=" ".join(sorted(scopes))
        )


BOTS = web.AppKey("BOTS", Bots)
