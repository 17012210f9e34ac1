"""Artists of the browser tests: each can act by the API and sit down at a browser."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp

from tests.support.people import ApiArtist, enter
from tests.support.waiting import poll_until

PASSWORD_BYTES = 12
BROWSER = {"X-Tessera-Client": "browser"}
"""Asks auth for the refresh token as a cookie."""


class PainterAccount(ApiArtist):
    """An account with its `username` and `password`, so that it can log in where a person would."""

    def __init__(
        self, http: aiohttp.ClientSession, session: dict[str, Any], password: str, cookie: str
    ) -> None:
        super().__init__(http, session)
        self.username: str = session["account"]["username"]
        self.password = password
        self._cookie = cookie

    @classmethod
    async def sign_up(cls, http: aiohttp.ClientSession, username: str, display_name: str) -> Self:
        """Register; afterwards every service has the account."""
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        draft = {
            "username": username,
            "email": f"{username}@example.org",
            "password": password,
            "display_name": display_name,
        }
        painter = await cls._enter(http, "register", draft, password)

        async def is_known() -> int:
            return (await painter.call("GET", f"/users/{painter.id}"))[0]

        assert await poll_until(is_known, 200) == 200
        return painter

    @classmethod
    async def log_in(cls, http: aiohttp.ClientSession, username: str, password: str) -> Self:
        return await cls._enter(http, "login", {"username": username, "password": password}, password)

    @classmethod
    async def _enter(
        cls, http: aiohttp.ClientSession, verb: str, body: dict[str, str], password: str
    ) -> Self:
        session, cookies = await enter(http, verb, body, BROWSER)
        return cls(http, session, password, cookies["tessera_refresh"].value)

    def browser_state(self, url: str) -> Any:
        """What a browser keeps of the session: the cookie of auth, and the client's mark that there is one.

        A refresh token counts once: a painter sits at one browser, and logs in at others.
        """
        cookie = {
            "name": "tessera_refresh",
            "value": self._cookie,
            "domain": urlsplit(url).hostname,
            "path": "/api/v1/auth",
            "expires": -1,
            "httpOnly": True,
            "secure": False,
            "sameSite": "Strict",
        }
        mark = {"name": "tessera-signed-in", "value": "1"}
        return {"cookies": [cookie], "origins": [{"origin": url, "localStorage": [mark]}]}


NewPainter = Callable[[str], Awaitable[PainterAccount]]
