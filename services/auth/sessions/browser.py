"""The refresh token of a browser, in a cookie that scripts cannot read.

A client that sends `X-Tessera-Client: browser` receives its refresh token in a cookie instead of the body,
and the cookie is accepted only together with that header. A page of another site cannot send the header: it
is not on the Fetch standard's safelist, so it needs a CORS preflight, which is never granted to such a page.
`SameSite=Strict` is a second line of defence, and `Path` limits the cookie to requests to auth.
"""

from __future__ import annotations

from aiohttp import web
from pydantic import SecretStr

from services.auth.sessions.cookies import Cookie
from services.auth.sessions.rules import Grant
from services.auth.sessions.schemas import SessionView
from shared.http.operations import respond, respond_empty

COOKIE = Cookie("tessera_refresh", "/auth", "Strict")
HEADER = "X-Tessera-Client"
HEADERS = {HEADER: f"`browser`: the refresh token is in the HttpOnly cookie `{COOKIE.name}`, not in bodies"}
"""The header as the API document describes it."""


def respond_session(request: web.Request, grant: Grant, *, status: int = 200) -> web.Response:
    """Respond with a session; a browser receives the refresh token only as a cookie."""
    view = SessionView.of(grant)
    if not _is_browser(request):
        return respond(view, status=status)
    response = respond(view.model_copy(update={"refresh_token": None}), status=status)
    set_session_cookie(request, response, grant)
    return response


def set_session_cookie(request: web.Request, response: web.Response, grant: Grant) -> None:
    """Give a browser the refresh token of a session."""
    COOKIE.set(request, response, grant.refresh_token, grant.lifetime)


def respond_ended(request: web.Request) -> web.Response:
    """Respond with 204 after the caller's session has ended, and delete a browser's cookie."""
    response = respond_empty()
    if _is_browser(request):
        COOKIE.delete(request, response)
    return response


def read_refresh_token(request: web.Request, given: SecretStr | None) -> str | None:
    """Return the refresh token from the body, else from a browser's cookie, else None.

    For a browser without a cookie this is the empty string, which is never valid: a script cannot see whether
    it has the cookie, so a missing one gives the same error as a stale one.
    """
    if given is not None:
        return given.get_secret_value()
    if not _is_browser(request):
        return None
    cookie = COOKIE.read(request)
    return cookie if cookie.isascii() else ""


def _is_browser(request: web.Request) -> bool:
    return request.headers.get(HEADER) == "browser"
