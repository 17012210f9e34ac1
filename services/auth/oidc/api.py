"""Routes of logins at providers. The browser leaves and returns, and ends at an address of the client."""

from __future__ import annotations

from urllib.parse import urlencode

from aiohttp import web

from services.auth.oidc.rules import FLOW_LIFETIME, Outcome
from services.auth.oidc.schemas import (
    Answer,
    AuthorizationView,
    Begin,
    IdentityListView,
    OidcRegistration,
    ProviderListView,
)
from services.auth.oidc.service import OIDC, Ending
from services.auth.sessions.browser import HEADERS, respond_session, set_session_cookie
from services.auth.sessions.client import read_client
from services.auth.sessions.cookies import Cookie
from services.auth.sessions.schemas import SessionView
from shared.errors import Unavailable
from shared.http.access import Access
from shared.http.clients import read_path_prefix
from shared.http.operations import Operation, respond, respond_empty
from shared.identity import Identity, Scope

COOKIE = Cookie("tessera_oidc", "/auth/oidc", "Lax")
"""The login under way, encrypted. Lax, as the provider's response is a navigation that begins at its site."""

_PAGES = {Outcome.REGISTER: "/register", Outcome.LINKED: "/account", Outcome.TAKEN: "/account"}
"""The page of the client that shows an outcome; the others are shown on the login page."""


async def list_providers(request: web.Request) -> web.Response:
    """List the providers that people may log in with."""
    return respond(request.app[OIDC].list_providers())


async def begin_login(request: web.Request, provider: str, query: Begin) -> web.Response:
    """Go to a provider to log in."""
    try:
        url, sealed = await request.app[OIDC].begin(provider, query.next)
    except Unavailable as error:
        if error.dependency != "provider":
            raise
        return _redirect_to_client(request, Ending(Outcome.UNAVAILABLE, query.next))
    response = _redirect(url)
    COOKIE.set(request, response, sealed, FLOW_LIFETIME)
    return response


async def finish_login(request: web.Request, provider: str, query: Answer) -> web.Response:
    """Return from a provider: logs in, links an identity, or shows why not."""
    sealed = COOKIE.read(request)
    ending = await request.app[OIDC].finish(provider, sealed, query, read_client(request))
    return _redirect_to_client(request, ending)


async def register_identity(request: web.Request, body: OidcRegistration) -> web.Response:
    """Create an account without a password for an identity, and log in."""
    grant = await request.app[OIDC].register(body, read_client(request))
    return respond_session(request, grant, status=201)


async def list_identities(request: web.Request, caller: Identity) -> web.Response:
    """List the accounts elsewhere that log in to the caller's."""
    return respond(await request.app[OIDC].list_identities(caller))


async def begin_link(request: web.Request, provider: str, query: Begin, caller: Identity) -> web.Response:
    """Begin to link an identity of a provider to the caller's account; done when the browser returns."""
    url, sealed = await request.app[OIDC].begin_link(caller, provider, query.next)
    response = respond(AuthorizationView(url=url))
    COOKIE.set(request, response, sealed, FLOW_LIFETIME)
    return response


async def unlink(request: web.Request, provider: str, caller: Identity) -> web.Response:
    """Remove the identity of a provider from the caller's account."""
    await request.app[OIDC].unlink(caller, provider)
    return respond_empty()


def _redirect_to_client(request: web.Request, ending: Ending) -> web.Response:
    """Show an ending in the client; what must not be logged is in the fragment, which is sent nowhere."""
    page = _PAGES.get(ending.outcome, "/login")
    query = urlencode({"next": ending.next})
    fragment = urlencode({"oidc": ending.outcome.value, **ending.more})
    response = _redirect(f"{read_path_prefix(request)}{page}?{query}#{fragment}")
    COOKIE.delete(request, response)
    if ending.grant is not None:
        set_session_cookie(request, response, ending.grant)
    return response


def _redirect(url: str) -> web.Response:
    return web.Response(status=302, headers={"Location": url, "Cache-Control": "no-store"})


OPERATIONS = (
    Operation("GET", "/auth/providers", list_providers, {200: ProviderListView}),
    Operation(
        "GET", "/auth/oidc/{provider}/start", begin_login, {302: None}, refusals=["404 provider_not_found"]
    ),
    Operation(
        "GET",
        "/auth/oidc/{provider}/callback",
        finish_login,
        {302: None},
        refusals=["404 provider_not_found"],
    ),
    Operation(
        "POST",
        "/auth/oidc/register",
        register_identity,
        {201: SessionView},
        refusals=[
            "403 registration_closed",
            "403 invitation_required",
            "403 invitation_invalid",
            "409 username_taken",
            "409 email_taken",
            "409 identity_taken",
            "422 challenge_required",
            "422 ticket_invalid",
            "429 too_many_registrations",
        ],
        headers=HEADERS,
    ),
    Operation(
        "GET",
        "/auth/identities",
        list_identities,
        {200: IdentityListView},
        Access.ARTIST,
        ["403 account_suspended"],
        scope=Scope.ACCOUNT,
    ),
    Operation(
        "POST",
        "/auth/identities/{provider}",
        begin_link,
        {200: AuthorizationView},
        Access.ARTIST,
        ["403 account_suspended", "403 confirmation_required", "404 provider_not_found"],
    ),
    Operation(
        "DELETE",
        "/auth/identities/{provider}",
        unlink,
        {204: None},
        Access.ARTIST,
        [
            "403 account_suspended",
            "403 confirmation_required",
            "404 identity_not_found",
            "409 last_way_in",
        ],
    ),
)
