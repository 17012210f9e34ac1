"""Use cases of logging in at a provider, and of linking an identity to an account."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.accounts.rules import check_usable
from services.auth.challenges.store import use_challenge
from services.auth.identities import store
from services.auth.identities.ways_in import check_way_in
from services.auth.keys.cipher import KeyCipher
from services.auth.lifecycle.registration import Registrations
from services.auth.mail.rules import Purpose
from services.auth.oidc.client import ProviderClient
from services.auth.oidc.providers import make_client
from services.auth.oidc.rules import (
    FLOW_LIFETIME,
    Flow,
    LoginEnded,
    Outcome,
    ProvenIdentity,
    clean_next,
    identity_not_found,
    is_answer_to,
    provider_not_found,
    ticket_invalid,
)
from services.auth.oidc.schemas import (
    Answer,
    IdentityListView,
    IdentityView,
    OidcRegistration,
    ProviderListView,
    ProviderView,
)
from services.auth.oidc.sealing import Sealer
from services.auth.sessions import store as sessions_store
from services.auth.sessions.logins import Logins
from services.auth.sessions.rules import Client, Grant
from services.auth.sessions.service import Sessions
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.rules import make_oidc_key
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from shared.db import Connection, Database
from shared.errors import Conflict, SecondFactorRequired, Suspended, Unavailable, UniqueViolated
from shared.identity import Identity
from shared.messaging.contracts import MailRequested
from shared.messaging.outbox import Outbox

log = structlog.get_logger(__name__)

_CANCELLED: Final = ("access_denied", "login_required", "interaction_required", "consent_required")
"""Errors that mean that somebody declined."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a login ended in, where to go next, and what the client needs for that."""

    outcome: Outcome
    next: str
    grant: Grant | None = None
    more: Mapping[str, str] = field(default_factory=dict, repr=False)


class Oidc:
    """Logs in with identities of the configured providers, links and unlinks them."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        sessions: Sessions,
        logins: Logins,
        registrations: Registrations,
        cipher: KeyCipher,
        settings: AuthSettings,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._sessions = sessions
        self._logins = logins
        self._registrations = registrations
        self._sealer = Sealer(cipher)
        self._settings = settings
        self._issuers = settings.oidc_issuers
        site = settings.public_url.rstrip("/")
        self._providers = {
            provider.id: make_client(provider, f"{site}/api/v1/auth/oidc/{provider.id}/callback")
            for provider in settings.configured_oidc_providers
        }

    def list_providers(self) -> ProviderListView:
        """Return the providers that people may log in with."""
        return ProviderListView(
            items=[
                ProviderView(id=client.provider.id, title=client.provider.title)
                for client in self._providers.values()
            ]
        )

    async def begin(self, provider_id: str, next_path: str) -> tuple[str, str]:
        """Begin a login; returns where the browser goes, and what it keeps meanwhile.

        Raises NotFound, Unavailable("provider").
        """
        return await self._begin(provider_id, next_path, None)

    async def begin_link(self, caller: Identity, provider_id: str, next_path: str) -> tuple[str, str]:
        """Begin to link an identity to the caller's account; as `begin`.

        Raises NotAllowed `confirmation_required`, and the errors of `Sessions.get_account`.
        """
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            await self._sessions.check_confirmed(conn, account.id, session_id)
        return await self._begin(provider_id, next_path, (account.id, session_id))

    async def finish(self, provider_id: str, sealed: str, answer: Answer, client: Client) -> Ending:
        """End a login with the response of the provider; raises NotFound for an unknown provider."""
        provider = self._get_provider(provider_id)
        flow = self._sealer.open_flow(sealed)
        if flow is None or not is_answer_to(flow, provider_id, answer.state, time.time()):
            return Ending(Outcome.EXPIRED, "/")
        try:
            return await self._complete(provider, flow, answer, client)
        except LoginEnded as error:
            log.info("login at a provider ended", provider=provider_id, reason=str(error))
            return Ending(error.outcome, flow.next)
        except Suspended:
            return Ending(Outcome.SUSPENDED, flow.next)
        except Unavailable as error:
            if error.dependency != "provider":
                raise
            log.warning("provider unavailable", provider=provider_id, reason=error.detail)
            return Ending(Outcome.UNAVAILABLE, flow.next)

    async def register(self, registration: OidcRegistration, client: Client) -> Grant:
        """Create an account for a proven identity and open its first session.

        Raises Invalid `ticket_invalid`, Conflict `identity_taken`, and the errors of
        `Registrations.register_without_password`.
        """
        opened = self._sealer.open_ticket(registration.ticket.get_secret_value())
        if opened is None:
            raise ticket_invalid()
        proven, nonce = opened
        is_verified = proven.is_email_verified and registration.email == proven.email

        async def link(conn: Connection, account: Account) -> None:
            if not await use_challenge(conn, hash_secret(nonce), 2 * FLOW_LIFETIME):
                raise ticket_invalid()
            try:
                await store.add(conn, account.id, proven.provider, proven.issuer, proven.subject)
            except UniqueViolated:
                raise Conflict("identity_taken", "An account is linked to this identity already.") from None

        return await self._registrations.register_without_password(
            registration,
            username=registration.username,
            email=registration.email,
            display_name=registration.display_name,
            is_verified=is_verified,
            client=client,
            then=link,
        )

    async def list_identities(self, caller: Identity) -> IdentityListView:
        """Return the caller's identities; raises the errors of `Sessions.get_account`."""
        account, _ = await self._sessions.get_account(caller)
        async with self._database.connection() as conn:
            found = await store.list_of(conn, account.id)
        return IdentityListView(
            items=[
                IdentityView(
                    provider=linked.provider,
                    title=self._find_title(linked.provider),
                    linked_at=linked.linked_at,
                    last_used_at=linked.last_used_at,
                )
                for linked in found
            ]
        )

    async def unlink(self, caller: Identity, provider_id: str) -> None:
        """Remove the caller's identity of a provider.

        Raises NotFound, Conflict `last_way_in`, NotAllowed `confirmation_required`, and the errors of
        `Sessions.get_account`.
        """
        account, session_id = await self._sessions.get_account(caller)
        async with self._database.transaction() as conn:
            # The lock serialises those who remove ways in.
            locked = await accounts.get_account_for_update(conn, account.id)
            await self._sessions.check_confirmed(conn, account.id, session_id)
            if locked is None or not await store.remove(conn, account.id, provider_id):
                raise identity_not_found()
            await check_way_in(conn, locked, self._issuers)
            self._report(conn, account)

    async def _begin(self, provider_id: str, next_path: str, link: tuple[int, int] | None) -> tuple[str, str]:
        flow = Flow(
            provider=provider_id,
            state=make_opaque_token(),
            nonce=make_opaque_token(),
            verifier=make_opaque_token(),
            next=clean_next(next_path),
            expires_at=time.time() + FLOW_LIFETIME.total_seconds(),
            link=link,
        )
        url = await self._get_provider(provider_id).make_authorization_url(flow)
        return url, self._sealer.seal_flow(flow)

    def _get_provider(self, provider_id: str) -> ProviderClient:
        try:
            return self._providers[provider_id]
        except KeyError:
            raise provider_not_found() from None

    def _find_title(self, provider_id: str) -> str | None:
        client = self._providers.get(provider_id)
        return None if client is None else client.provider.title

    async def _complete(self, provider: ProviderClient, flow: Flow, answer: Answer, client: Client) -> Ending:
        """Complete a login whose response belongs to it.

        Raises LoginEnded, Suspended, Unavailable("provider").
        """
        await self._count(client)
        async with self._database.connection() as conn:
            # Each state is accepted once, whatever the outcome.
            if not await use_challenge(conn, hash_secret(flow.state), 2 * FLOW_LIFETIME):
                raise LoginEnded(Outcome.EXPIRED, "the state was used before")
        if answer.error is not None or answer.code is None:
            outcome = Outcome.CANCELLED if answer.error in _CANCELLED else Outcome.FAILED
            raise LoginEnded(outcome, "no code")
        proven = await provider.redeem(flow, answer.code, answer.iss)
        if flow.link is None:
            return await self._log_in(flow, proven, client)
        return await self._link(flow, proven, flow.link)

    async def _count(self, client: Client) -> None:
        """Count a login of the client's network, as each costs requests to a provider. Raises LoginEnded."""
        key = make_oidc_key(client.address)
        async with self._database.connection() as conn:
            counts = await throttling.count_attempt(conn, [key], self._settings.login_window)
        if counts[key].attempts > self._settings.logins_per_address:
            raise LoginEnded(Outcome.TOO_MANY, "too many logins of one network")

    async def _log_in(self, flow: Flow, proven: ProvenIdentity, client: Client) -> Ending:
        async with self._database.transaction() as conn:
            account_id = await store.get_account_id(conn, proven.issuer, proven.subject)
            # The account before its identity, the order of every transaction that changes both.
            locked = account_id and await accounts.get_account_for_update(conn, account_id)
            if not locked or await store.use(conn, proven.issuer, proven.subject) != account_id:
                return await self._welcome(conn, flow, proven)
            check_usable(locked.account)
            entered = await self._logins.enter(conn, locked.account, client)
        if isinstance(entered, SecondFactorRequired):
            more = {"challenge": entered.challenge, "methods": ",".join(entered.methods)}
            return Ending(Outcome.SECOND_FACTOR, flow.next, more=more)
        return Ending(Outcome.SIGNED_IN, flow.next, grant=entered)

    async def _welcome(self, conn: Connection, flow: Flow, proven: ProvenIdentity) -> Ending:
        """Let somebody unknown choose a username, unless an account here has their address.

        It is never linked by the address alone: whoever owns it there need not be its owner here.
        """
        is_known = (
            proven.email is not None
            and proven.is_email_verified
            and await accounts.get_account_by_login(conn, proven.email) is not None
        )
        if is_known:
            raise LoginEnded(Outcome.LINK_FIRST, "an account has the address")
        ticket = self._sealer.seal_ticket(proven, make_opaque_token())
        return Ending(Outcome.REGISTER, flow.next, more={"ticket": ticket, "email": proven.email or ""})

    async def _link(self, flow: Flow, proven: ProvenIdentity, link: tuple[int, int]) -> Ending:
        account_id, session_id = link
        try:
            async with self._database.transaction() as conn:
                locked = await accounts.get_account_for_update(conn, account_id)
                live = await sessions_store.get_account_of_session(conn, session_id, account_id)
                if locked is None or live is None:
                    raise LoginEnded(Outcome.EXPIRED, "the session has ended")
                check_usable(locked.account)
                if await store.add(conn, account_id, proven.provider, proven.issuer, proven.subject):
                    self._report(conn, locked.account)
        except UniqueViolated:
            raise LoginEnded(Outcome.TAKEN, "the identity or the account is linked to another") from None
        return Ending(Outcome.LINKED, flow.next)

    def _report(self, conn: Connection, account: Account) -> None:
        self._outbox.defer(conn, MailRequested(purpose=Purpose.IDENTITY_CHANGED, email=account.email))


OIDC = web.AppKey("OIDC", Oidc)
