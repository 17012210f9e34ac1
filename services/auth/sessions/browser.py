"""The refresh token of a browser: in a cookie that no script can read.

A client that sends `X-Tessera-Client: browser` gets its refresh token in a cookie, not in the body, and
the cookie counts only together with that header. A page of another site cannot send the header: one that is
not on the Fetch standard's safelist needs a CORS preflight first, which such a page is not granted.
`SameSite=Strict` says the same again, and `Path` keeps the cookie from everything but auth.
"""

from __future__ import annotations

from aiohttp import web
from pydantic import SecretStr

from services.auth.sessions.rules import Grant
from services.auth.sessions.schemas import SessionView
from shared.http.operations import respond, respond_empty
from shared.http.server import API_PREFIX

COOKIE = "tessera_refresh"
HEADER = "X-Tessera-Client"
HEADERS = {HEADER: f"`browser`: the refresh token is in the HttpOnly cookie `{COOKIE}`, not in bodies"}
"""For the API document."""

_PATH = f"{API_PREFIX}/auth"


def respond_session(request: web.Request, grant: Grant, *, status: int = 200) -> web.Response:
    """Answer with a session; a browser gets the refresh token as its cookie only."""
    view = SessionView.of(grant)
    if not _is_browser(request):
        return respond(view, status=status)
    response = respond(view.model_copy(update={"refresh_token": None}), status=status)
    response.set_cookie(
        COOKIE,
        grant.refresh_token,
        max_age=int(grant.lifetime.total_seconds()),
        path=_PATH,
        secure=_is_https(request),
        httponly=True,
        samesite="Strict",
    )
    return response


def respond_ended(request: web.Request) -> web.Response:
    """Answer 204 when the caller's session has ended; a browser forgets its cookie."""
    response = respond_empty()
    if _is_browser(request):
        response.del_cookie(COOKIE, path=_PATH, secure=_is_https(request), httponly=True, samesite="Strict")
    return response


def refresh_token_of(request: web.Request, given: SecretStr | None) -> str | None:
    """Return the refresh token in the body, else what a browser has as its cookie, else None.

    A browser without a cookie has the empty one, which is nobody's: it cannot look whether it has any.
    """
    if given is not None:
        return given.get_secret_value()
    if not _is_browser(request):
        return None
    cookie = request.cookies.get(COOKIE, "")
    return cookie if cookie.isascii() else ""


def _is_browser(request: web.Request) -> bool:
    return request.headers.get(HEADER) == "browser"


def _is_https(request: web.Request) -> bool:
    # The gateway replaces what a client says here. Who reaches auth without it fools only himself.
    return request.headers.get("X-Forwarded-Proto") == "https"
