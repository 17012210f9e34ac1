"""Fixtures of the browser tests: one stack and one Chromium for all of them.

The browser lives in the loop of the session, and so do these tests: an async fixture of a test's own needs
`@pytest_asyncio.fixture(loop_scope="session")`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support import oidc
from tests.support.browser import Windows, chromium, running_chromium
from tests.support.oidc import free_issuer_port, running_issuer
from tests.support.painters import NewPainter, PainterAccount
from tests.support.parts import free_ports
from tests.support.stack import Stack, run_environment
from tests.support.vandalism import NewWall, VandalisedCanvas
from tests.support.waiting import poll_until

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="package")
def blog() -> str:
    """The origin of a site whose pages may show a canvas in a frame; a test may serve it."""
    return f"http://127.0.0.1:{free_ports(1)[0]}"


@pytest.fixture(scope="package")
def provider_port() -> int:
    """Where the site expects a provider to log in with, which `elsewhere` starts."""
    return free_issuer_port()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, blog: str, provider_port: int) -> Iterator[Stack]:
    """The whole stack; not started where there is no browser to look at it.

    It knows two providers to log in with, of which Nowhere is down.
    """
    chromium()
    var = tmp_path_factory.mktemp("site") / "var"
    providers = [
        oidc.settings(f"http://127.0.0.1:{provider_port}"),
        oidc.settings(f"http://127.0.0.1:{free_issuer_port()}", "nowhere", "Nowhere"),
    ]
    own = {"FRONTEND_FRAME_ANCESTORS": blog, "AUTH_OIDC_PROVIDERS": json.dumps(providers)}
    stack = Stack(var, {**run_environment(var), **own})
    yield stack
    stack.stop()


@pytest.fixture(scope="package")
def elsewhere(site: Stack, provider_port: int) -> Iterator[None]:
    """The provider, running."""
    with running_issuer(provider_port, f"{site.url}/api/v1/auth/oidc/elsewhere/callback"):
        yield


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser(site: Stack) -> AsyncIterator[Browser]:
    async with running_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(browser: Browser, site: Stack) -> AsyncIterator[Windows]:
    """`await new_page(painter)` is a window of that painter, `await new_page()` one of a guest (see Windows).

    The test fails when anything went to the console of one, was not caught, or could not be loaded.
    """
    windows = Windows(browser, site.url)
    yield windows
    await windows.close()
    assert not windows.complaints, "\n".join(windows.complaints)


@pytest_asyncio.fixture(loop_scope="session")
async def http(site: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    """For calls of the API beside the browser; it keeps no cookies, as several people use it."""
    async with aiohttp.ClientSession(site.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
def new_painter(http: aiohttp.ClientSession) -> NewPainter:
    """`await new_painter("ada")` signs up "ada_<something>", shown as "Ada"."""
    return lambda name: PainterAccount.sign_up(http, f"{name}_{secrets.token_hex(4)}", name.title())


@pytest_asyncio.fixture(loop_scope="session")
async def admin(http: aiohttp.ClientSession, site: Stack) -> PainterAccount:
    """The first admin of the stack."""
    return await PainterAccount.log_in(http, **site.admin_login)


@pytest.fixture
def new_moderator(http: aiohttp.ClientSession, new_painter: NewPainter, admin: PainterAccount) -> NewPainter:
    """`await new_moderator("mona")` signs up an artist of that name whom the admin makes a moderator."""

    async def make(name: str) -> PainterAccount:
        painter = await new_painter(name)
        roles = {"roles": ["moderator"]}
        status, answer = await admin.call("PUT", f"/admin/users/{painter.id}/roles", json=roles)
        assert status == 202, answer

        async def roles_now() -> list[str]:
            _, account = await painter.call("GET", "/auth/me")
            return list(account["roles"])

        # Auth gives the role a moment later, and a token has the roles of the time when it was issued.
        assert await poll_until(roles_now, ["moderator"]) == ["moderator"]
        return await PainterAccount.log_in(http, painter.username, painter.password)

    return make


@pytest.fixture
def new_wall(new_painter: NewPainter) -> NewWall:
    """`await new_wall()` is a canvas on which a tile was painted over."""
    return lambda: VandalisedCanvas.make(new_painter)
