"""A GitHub and a Discord that behave as their documentation says, and can be told to fail.

GitHub: docs.github.com, "Authorizing OAuth apps", "Troubleshooting OAuth app access token request errors",
"REST API endpoints for users" and "for emails"; PKCE since the changelog of 2025-07-14. Discord:
docs.discord.com, "OAuth2", "User resource" and "API reference".
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from tests.support.oidc import CALLBACK, CLIENT_ID, CLIENT_SECRET, settings

TOKEN = "gho_16C7e42F292c6912E7710c838347Ae178B4a"


class OAuthProvider(ABC):
    """A provider with one person at a time, `user`; any answer can be replaced."""

    kind: ClassVar[str]
    authorize_path: ClassVar[str]
    token_path: ClassVar[str]
    user_path: ClassVar[str]

    def __init__(self) -> None:
        self.url = ""
        self.user: dict[str, Any] = {}
        self.iss: str | None = None
        """How responses name the provider, if they do."""
        self.scopes: set[str] = set()
        """What the person granted."""
        self.answers: dict[str, Callable[[], web.StreamResponse]] = {}
        self.asked: list[str] = []
        self.is_frozen = False
        self.released = asyncio.Event()
        self._codes: dict[str, dict[str, str]] = {}
        self._numbers = itertools.count(1)

    def settings(self) -> dict[str, str]:
        """Return the provider as an operator configures it."""
        return {**settings(self.url), "kind": self.kind}

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        return app

    async def log_in(self, authorization_url: str, name: str | None, /) -> str:
        """Let the person agree, or cancel if there is no name; returns the redirect URI with the response."""
        parts = urlsplit(authorization_url)
        query = dict(parse_qsl(parts.query))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == self.url + self.authorize_path
        assert (query["client_id"], query["redirect_uri"]) == (CLIENT_ID, CALLBACK)
        assert query["code_challenge_method"] == "S256"
        answer = {"state": query["state"]} | ({"iss": self.iss} if self.iss else {})
        if name is None:
            return f"{CALLBACK}?{urlencode({**answer, 'error': 'access_denied'})}"
        self.name(name)
        self.scopes = set(query["scope"].split())
        code = f"code-{next(self._numbers)}"
        self._codes[code] = query
        return f"{CALLBACK}?{urlencode({**answer, 'code': code})}"

    @abstractmethod
    def name(self, name: str) -> None:
        """Give the person this name."""

    @abstractmethod
    def have_address(self, address: str | None, *, is_verified: bool = True) -> None:
        """Let this be the address of the person."""

    @abstractmethod
    def grant(self, form: Mapping[str, str]) -> web.Response:
        """Answer the exchange of a code."""

    @abstractmethod
    def read(self, path: str) -> web.Response:
        """Answer a request to the API that has a token."""

    @abstractmethod
    def admits(self, user_agent: str) -> bool: ...

    def redeem(self, form: Mapping[str, str]) -> str:
        """Return which part of an exchange is wrong, "" for none; a code counts once."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return "client"
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge:
            return "code"
        return "" if form.get("redirect_uri") == asked["redirect_uri"] else "redirect"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.is_frozen:
            await self.released.wait()
        if request.path in self.answers:
            return self.answers[request.path]()
        if not self.admits(request.headers.get("User-Agent", "")):
            return web.Response(status=403, text="Request forbidden by administrative rules.")
        if request.path == self.token_path:
            assert request.content_type == "application/x-www-form-urlencoded"
            assert request.headers["Accept"] == "application/json"  # without it, GitHub answers in a form
            form = await request.post()
            return self.grant({name: str(value) for name, value in form.items()})
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Bad credentials"}, status=401)
        return self.read(request.path)


class GitHub(OAuthProvider):
    """A GitHub Enterprise Server."""

    kind = "github"
    authorize_path = "/login/oauth/authorize"
    token_path = "/login/oauth/access_token"
    user_path = "/api/v3/user"
    emails_path = "/api/v3/user/emails"

    def __init__(self) -> None:
        super().__init__()
        # The address of a profile is null unless its owner publishes one.
        self.user = {"login": "octocat", "id": 583231, "node_id": "MDQ6VXNlcjE=", "email": None}
        self.emails: list[dict[str, Any]] = []
        self.have_address("octocat@elsewhere.test")

    def name(self, name: str) -> None:
        self.user["login"] = name

    def have_address(self, address: str | None, *, is_verified: bool = True) -> None:
        self.emails = (
            []
            if address is None
            else [{"email": address, "primary": True, "verified": is_verified, "visibility": "private"}]
        )

    def admits(self, user_agent: str) -> bool:
        return user_agent != ""

    def grant(self, form: Mapping[str, str]) -> web.Response:
        errors = {
            "client": "incorrect_client_credentials",
            "code": "bad_verification_code",
            "redirect": "redirect_uri_mismatch",
        }
        error = self.redeem(form)
        if error:
            return web.json_response({"error": errors[error], "error_description": "The … is incorrect."})
        scope = ",".join(sorted(self.scopes))
        return web.json_response({"access_token": TOKEN, "scope": scope, "token_type": "bearer"})

    def read(self, path: str) -> web.Response:
        if path == self.user_path:
            return web.json_response(self.user)
        if path == self.emails_path and "user:email" in self.scopes:
            return web.json_response(self.emails)
        return web.json_response({"message": "Not Found"}, status=404)


class Discord(OAuthProvider):
    """discord.com."""

    kind = "discord"
    authorize_path = "/oauth2/authorize"
    token_path = "/api/v10/oauth2/token"
    user_path = "/api/v10/users/@me"

    def __init__(self) -> None:
        super().__init__()
        self.user = {"id": "80351110224678912", "username": "nelly", "global_name": None}
        self.have_address("nelly@elsewhere.test")

    def name(self, name: str) -> None:
        self.user["username"] = name

    def have_address(self, address: str | None, *, is_verified: bool = True) -> None:
        self.user |= {"email": address, "verified": is_verified}

    def admits(self, user_agent: str) -> bool:
        return re.match(r"DiscordBot \(https?://[^ ]+, [\d.]+\)", user_agent) is not None

    def grant(self, form: Mapping[str, str]) -> web.Response:
        error = self.redeem(form)
        if error == "client":
            return web.json_response({"error": "invalid_client"}, status=401)
        if error:
            return web.json_response({"error": "invalid_grant"}, status=400)
        scope = " ".join(sorted(self.scopes))
        return web.json_response(
            {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 604800, "scope": scope}
        )

    def read(self, path: str) -> web.Response:
        assert path == self.user_path
        hidden = set() if "email" in self.scopes else {"email", "verified"}
        return web.json_response({name: value for name, value in self.user.items() if name not in hidden})
