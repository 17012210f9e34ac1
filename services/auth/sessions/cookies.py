"""Cookies of auth, which scripts cannot read and which go to one part of its API only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypedDict

from aiohttp import web

from shared.http.clients import read_path_prefix
from shared.http.server import API_PREFIX


class _Attributes(TypedDict):
    path: str
    secure: bool
    httponly: bool
    samesite: Literal["Lax", "Strict"]


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie by its name and its path below the API, such as `/auth`.

    It is deleted with the attributes it was set with; otherwise a browser would keep it.
    """

    name: str
    path: str
    same_site: Literal["Lax", "Strict"]

    def read(self, request: web.Request) -> str:
        """Return the value, empty if the browser sent none."""
        return request.cookies.get(self.name, "")

    def set(self, request: web.Request, response: web.Response, value: str, lifetime: timedelta) -> None:
        """Give the cookie to the browser for its lifetime."""
        max_age = int(lifetime.total_seconds())
        response.set_cookie(self.name, value, max_age=max_age, **self._attributes(request))

    def delete(self, request: web.Request, response: web.Response) -> None:
        """Delete the cookie from the browser."""
        response.del_cookie(self.name, **self._attributes(request))

    def _attributes(self, request: web.Request) -> _Attributes:
        return {
            "path": f"{read_path_prefix(request)}{API_PREFIX}{self.path}",
            "secure": _is_https(request),
            "httponly": True,
            "samesite": self.same_site,
        }


def _is_https(request: web.Request) -> bool:
    # The gateway overwrites this header, unless a trusted proxy sent it. A client that bypasses the gateway
    # can only harm its own session.
    return request.headers.get("X-Forwarded-Proto") == "https"
