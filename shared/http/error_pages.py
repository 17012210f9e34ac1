"""The gateway's own errors, as a page for browsers and as a problem for other clients.

Traefik can send no text of its own choice, so it gets its errors from any process that lives
(`error-pages` in gateway/dynamic), and gives the response its own status. A response names the gateway and no
service, and repeats nothing of the request.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from string import Template

from aiohttp import web

from shared.http.context import PROCESS_HEADERS
from shared.http.problems import problem_response

PATH = "/gateway-errors/{status}"
"""Requested by the gateway only, which does not route it."""

RETRY_SECONDS = 5
"""When a page tries again by itself, and what Retry-After says."""


@dataclass(frozen=True)
class _GatewayError:
    """One error: its code, its detail for the API, and what a page says in English and German."""

    code: str
    detail: str
    title: dict[str, str]
    text: dict[str, str]
    may_pass: bool = True


_BUSY = {"en": "Tessera is busy", "de": "Tessera ist überlastet"}
_AGAIN = {
    "en": "This page tries again by itself in a few seconds.",
    "de": "Diese Seite versucht es in einigen Sekunden von selbst noch einmal.",
}

_ERRORS = {
    404: _GatewayError(
        "not_found",
        "The gateway has no such path.",
        {"en": "Page not found", "de": "Seite nicht gefunden"},
        {"en": "There is nothing at this address.", "de": "Unter dieser Adresse gibt es nichts."},
        may_pass=False,
    ),
    413: _GatewayError(
        "body_too_large",
        "The gateway refuses bodies of 2 MB and more.",
        {"en": "Too large", "de": "Zu groß"},
        {"en": "That was too much at once.", "de": "Das war zu viel auf einmal."},
        may_pass=False,
    ),
    429: _GatewayError(
        "rate_limited",
        "The gateway has too many requests from this address, or too many open WebSockets.",
        {"en": "Too many requests", "de": "Zu viele Anfragen"},
        _AGAIN,
    ),
    502: _GatewayError(
        "gateway_no_response",
        "The gateway got no response from the service. A change may or may not have been made.",
        _BUSY,
        _AGAIN,
    ),
    503: _GatewayError(
        "gateway_no_server",
        "The gateway knows no server of the service at the moment; nothing was changed.",
        _BUSY,
        _AGAIN,
    ),
    504: _GatewayError(
        "gateway_timeout",
        "The gateway got no response from the service in time. A change may or may not have been made.",
        _BUSY,
        _AGAIN,
    ),
}

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}"
    "h1{font-size:1.6rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGE = Template(
    '<!doctype html>\n<html lang="$language">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width">\n$refresh<title>$title</title>\n'
    f"<style>{_STYLE}</style>\n"
    "<main><h1>$title</h1><p>$text</p><p><small>Gateway: $status</small></p></main>\n</html>\n"
)


async def respond_for_gateway(request: web.Request) -> web.Response:
    """Respond with the gateway's error of that status, or that of 404 for a status that it does not use.

    The response itself is 200: the error is the gateway's, and this process logs and counts none.
    """
    # The gateway responds, not this process: a response without X-Service is the gateway's.
    process = request[PROCESS_HEADERS]
    request[PROCESS_HEADERS] = {"X-Request-Id": process["X-Request-Id"]}
    number = request.match_info["status"]
    status = int(number) if number in map(str, _ERRORS) else 404
    error = _ERRORS[status]
    headers = {"Retry-After": str(RETRY_SECONDS)} if error.may_pass else {}
    if "text/html" not in request.headers.get("Accept", ""):
        response = problem_response(status, error.code, error.detail, headers)
        response.set_status(200)
        return response
    return web.Response(
        text=_page(status, error, _choose_language(request)),
        headers={**headers, "Content-Security-Policy": _CONTENT_SECURITY_POLICY},
        content_type="text/html",
    )


def _page(status: int, error: _GatewayError, language: str) -> str:
    return _PAGE.substitute(
        language=language,
        refresh=f'<meta http-equiv="refresh" content="{RETRY_SECONDS}">\n' if error.may_pass else "",
        title=error.title[language],
        text=error.text[language],
        status=f"{status} {HTTPStatus(status).phrase}",
    )


def _choose_language(request: web.Request) -> str:
    """Return the language that the browser prefers, of those that the client has."""
    preferred = request.headers.get("Accept-Language", "").partition(",")[0]
    return "de" if preferred.lower().startswith("de") else "en"
