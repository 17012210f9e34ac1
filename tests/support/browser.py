"""Chromium as people use it: a window for each of them, through the gateway, and nothing on the console."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, Self

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Route,
    async_playwright,
    expect,
)

from tests.support.needs import lacks
from tests.support.painters import PainterAccount
from tests.support.waiting import PATIENCE

Device = Literal["desktop", "phone", "tablet"]
Scheme = Literal["light", "dark"]
Motion = Literal["no-preference", "reduce"]

DEVICES: dict[Device, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "tablet": {
        "viewport": {"width": 1024, "height": 768},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}

# No request but those of the page, and no picture that depends on the machine's graphics card.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--no-first-run",
)

PATIENCE_MS = PATIENCE * 1000
"""A step waits that long for what it needs, and so does an expectation."""

expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str:
    """Where Chromium is. Without it a test is skipped, or fails where a browser is required."""
    found = os.environ.get("TESSERA_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return found or lacks(
        "Chromium", "run deploy/stack/parts/install-chromium.sh, or name one in TESSERA_CHROMIUM"
    )


@asynccontextmanager
async def running_chromium() -> AsyncIterator[Browser]:
    """A headless Chromium until the end of the block."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(flags))
        yield browser
        await browser.close()


class Windows:
    """Opens windows, each with cookies and storage of its own, and collects what goes wrong in them."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        """Open windows of the site at `url`; `options` are those of Playwright's contexts."""
        self._browser = browser
        self._url = url
        self._options = options
        self._contexts: list[BrowserContext] = []
        self._is_closing = False
        self.complaints: list[str] = []

    async def __call__(
        self,
        painter: PainterAccount | None = None,
        *,
        device: Device = "desktop",
        scheme: Scheme = "light",
        motion: Motion = "no-preference",
        locale: str = "en-GB",
        allow: Sequence[str] = (),
    ) -> Page:
        """Open an empty window for a painter who is signed in, or for a guest; `page.goto("/")` goes home.

        `allow`: regular expressions of complaints that belong to the test, like those about a refused call
        ("status of 409") or a service that was killed.
        """
        context = await self._browser.new_context(
            base_url=self._url,
            color_scheme=scheme,
            reduced_motion=motion,
            locale=locale,
            timezone_id="Europe/Berlin",
            storage_state=painter.browser_state(self._url) if painter else None,
            **DEVICES[device],
            **self._options,
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        self._listen(context, re.compile("|".join(allow) or "(?!)"))
        return await context.new_page()

    async def close(self) -> None:
        """Close all windows; requests that this aborts are no failures."""
        self._is_closing = True
        for context in self._contexts:
            await context.close()

    def _listen(self, context: BrowserContext, allowed: re.Pattern[str]) -> None:
        def complain(text: str) -> None:
            if not self._is_closing and not allowed.search(text):
                self.complaints.append(text)

        def on_console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                complain(f"{message.type}: {message.text} ({message.location['url']})")

        def on_failure(request: Request) -> None:
            # A page that is left, or a request that a newer one replaces, is no failure.
            if request.failure != "net::ERR_ABORTED":
                complain(f"request failed: {request.method} {request.url} {request.failure}")

        context.on("console", on_console)
        context.on("weberror", lambda error: complain(f"uncaught: {error.error}"))
        context.on("requestfailed", on_failure)


class HeldRoute:
    """The first request for an address, held back until the test lets it go: provokes an order of events."""

    def __init__(self) -> None:
        self._held: asyncio.Future[Route] = asyncio.get_running_loop().create_future()

    @classmethod
    async def on(cls, page: Page, pattern: str) -> Self:
        held = cls()

        def hold(route: Route) -> None:
            held._held.set_result(route)

        await page.route(pattern, hold, times=1)
        return held

    async def is_asked(self) -> None:
        """Wait until the page has sent the request."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await asyncio.shield(self._held)

    async def let_go(self) -> None:
        """Send the request on."""
        await self.is_asked()
        await self._held.result().continue_()

    async def fail(self) -> None:
        """Let it fail as it does where there is no network."""
        await self.is_asked()
        await self._held.result().abort()


_SETTLED = """() => new Promise((resolve) => {
  let [count, same] = [-1, 0];
  const timer = setInterval(() => {
    const now = performance.getEntriesByType("resource").length;
    [count, same] = [now, now === count ? same + 1 : 0];
    if (same < 5) return;
    clearInterval(timer);
    resolve(true);
  }, 100);
})"""


async def settle(page: Page) -> None:
    """Wait until nothing more has loaded for half a second; the stream of notices never ends."""
    await page.wait_for_function(_SETTLED)


async def log_in(page: Page, username: str, password: str) -> None:
    """Fill in and send the form that the page shows; a second factor may be asked for afterwards."""
    form = page.locator("login-form")
    await form.get_by_label("Username or email address").fill(username)
    await form.get_by_label("Password", exact=True).fill(password)
    await form.get_by_role("button", name="Log in", exact=True).click()


def dialog(page: Page, heading: str) -> Locator:
    """The open `<ui-dialog>` of that heading; what stands in it is outside its shadow, where its role is."""
    return page.locator("ui-dialog").filter(has=page.get_by_role("dialog", name=heading))


async def assert_accessible(page: Page) -> None:
    """What axe finds serious or critical on the page as it is now, under WCAG 2.2 A and AA: nothing."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": tags}}
    found = (await Axe().run(page, options=options)).response["violations"]
    grave = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n  {node['target']} {node['html']}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert not grave, "\n".join([page.url, *grave])


UNDERWAY = ("WebSocket connection", "status of 50", "ERR_CONNECTION", "request failed: GET")
"""What a browser itself logs about a service that was killed."""
