"""The site below a path of another host, behind nginx as docs/behind-a-proxy.md configures it."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.browser import Windows, log_in
from tests.support.nginx import find_nginx, running_nginx
from tests.support.painters import PainterAccount
from tests.support.stack import Stack, run_environment
from tests.support.stage import GREEN, NIGHT, SIDE, Stage, new_canvas, new_tile, stroke

PATH = "/tessera"
ADDRESS = re.compile(rf"^https://localhost:\d+{PATH}(/|$)")


@dataclass(frozen=True)
class InstalledBelow:
    """A stack of its own: its address through nginx, and calls of the API at the gateway itself."""

    url: str
    http: aiohttp.ClientSession


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def below(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[InstalledBelow]:
    find_nginx()
    folder = tmp_path_factory.mktemp("below")
    (folder / "nginx").mkdir()
    var = folder / "var"
    env = run_environment(var)
    async with running_nginx(folder / "nginx", int(env["TESSERA_PORT"]), PATH) as nginx:
        public = {"TESSERA_PUBLIC_URL": nginx.https_url + PATH, "TESSERA_TRUSTED_PROXIES": "127.0.0.1"}
        stack = Stack(var, env | public)
        async with aiohttp.ClientSession(stack.url, cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield InstalledBelow(nginx.https_url, http)
        stack.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, below: InstalledBelow) -> AsyncIterator[Page]:
    """A guest's window."""
    windows = Windows(browser, below.url, ignore_https_errors=True)
    yield await windows()
    await windows.close()
    assert not windows.complaints, "\n".join(windows.complaints)


async def sign_up(below: InstalledBelow, name: str) -> PainterAccount:
    return await PainterAccount.sign_up(below.http, f"{name}_{secrets.token_hex(4)}", name.title())


async def test_the_first_page_leads_to_a_canvas_which_is_live_and_stays_so_after_a_reload(
    page: Page, below: InstalledBelow
) -> None:
    ada = await sign_up(below, "ada")
    canvas = await new_canvas(ada, name="Quay below")
    tile = await new_tile(ada, canvas, 0, 0)
    await page.goto(f"{PATH}/")
    card = page.locator("canvas-card").filter(has_text="Quay below")
    await card.get_by_role("link", name="Quay below", exact=True).first.click()
    await expect(page).to_have_url(re.compile(rf"{PATH}/canvas/{canvas['id']}"))
    stage = Stage(page)
    await stage.is_live()
    await stroke(ada, tile, 3 * SIDE + 3, 3)
    await stage.comes_to_show(GREEN, 3, 3)
    await page.reload()
    await stage.is_live()
    await stage.comes_to_show(GREEN, 3, 3)
    await stage.comes_to_show(NIGHT, 9, 9)


async def test_a_session_outlives_a_reload_of_a_deep_link(page: Page, below: InstalledBelow) -> None:
    ada = await sign_up(below, "ada")
    await page.goto(f"{PATH}/login?next=/artist/{ada.username}")
    await log_in(page, ada.username, ada.password)
    await expect(page).to_have_url(re.compile(rf"{PATH}/artist/{ada.username}$"))
    await page.reload()
    await expect(page.get_by_role("link", name="Edit profile")).to_be_visible()
    (cookie,) = await page.context.cookies(f"{below.url}{PATH}/api/v1/auth/refresh")
    assert (cookie["path"], cookie["secure"]) == (f"{PATH}/api/v1/auth", True)


@pytest.mark.parametrize("path", ["/", "/login", "/register", "/nowhere"])
async def test_every_link_of_a_page_leads_below_the_path(
    browser: Browser, below: InstalledBelow, path: str
) -> None:
    windows = Windows(browser, below.url, ignore_https_errors=True)
    page = await windows(allow=["status of 404"])
    await page.goto(PATH + path)
    await page.get_by_role("link", name="API reference").wait_for()
    links = await page.get_by_role("link").evaluate_all("links => links.map((link) => link.href)")
    await windows.close()
    assert [link for link in links if not ADDRESS.match(link)] == []


async def test_a_link_shows_the_picture_of_a_public_canvas_elsewhere(
    page: Page, below: InstalledBelow
) -> None:
    ada = await sign_up(below, "ada")
    shown = []
    for is_public in (True, False):
        canvas = await new_canvas(ada, is_public=is_public)
        head = await (await page.request.get(f"{below.url}{PATH}/canvas/{canvas['id']}")).text()
        picture = re.search(r'<meta property="og:image" content="([^"]+)">', head)
        assert picture is not None
        assert picture[1].startswith(f"{below.url}{PATH}/")
        response = await page.request.get(picture[1])
        shown.append((response.status, response.headers["content-type"]))
    assert shown == [(200, "image/png"), (404, "application/problem+json")]


async def test_the_api_reference_tries_calls_below_the_path(page: Page) -> None:
    await page.goto(f"{PATH}/api/docs")
    await expect(page.locator("#servers")).to_have_value(PATH)
