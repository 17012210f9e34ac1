"""Browsers as people have them: old, without storage, with other keyboards, clocks, screens and links."""

from __future__ import annotations

import base64
import re
import secrets

import pytest
from playwright.async_api import CDPSession, Page, expect

from tests.support import editor, stage
from tests.support.browser import HeldRoute, Windows, log_in
from tests.support.busy import here
from tests.support.editor import BLACK, SIZE, drag, open_editor, painted, save, shown
from tests.support.painters import NewPainter
from tests.support.stage import Stage, drawing, spot
from tests.support.touch import Fingers
from tests.support.waiting import poll_until

WITHOUT_WHAT_IS_YOUNG = """
  delete AbortSignal.any;
  delete AbortSignal.timeout;
  delete Navigator.prototype.locks;
  delete PointerEvent.prototype.getCoalescedEvents;
"""
"""A browser that has none of what the client can do without (docs/architecture.md)."""

WITHOUT_TYPES_OF_MENUS = """
  const { get } = Object.getOwnPropertyDescriptor(PointerEvent.prototype, "pointerType");
  Object.defineProperty(PointerEvent.prototype, "pointerType", {
    get() { return this.type === "contextmenu" ? undefined : get.call(this); },
  });
"""
"""A browser in which `contextmenu` is an event of a mouse, as in older versions of Safari and Firefox."""

WITHOUT_STORAGE = """
  const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
  Object.defineProperty(window, "localStorage", { get: refuse });
  Object.defineProperty(window, "sessionStorage", { get: refuse });
  window.BroadcastChannel = class { constructor() { refuse(); } };
  LockManager.prototype.request = async () => refuse();
"""
"""A browser whose user has blocked what sites store."""

THREE_HOURS_LATE = """
  const now = Date.now.bind(Date);
  Date.now = () => now() + 3 * 3600 * 1000;
"""

REMEMBERED_QUERIES = """
  window.queries = [];
  const match = matchMedia;
  window.matchMedia = (query) => {
    const list = match(query);
    if (query.includes("resolution")) queries.push(list);
    return list;
  };
"""
"""Chromium emulates a change of the density, but does not announce it: the test does."""

SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 ms and 400 kbit/s."""

FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


UNPAINTED: dict[tuple[int, int], int] = {}


LOADED = """() => {
  const sizes = performance.getEntriesByType("resource").map(({ transferSize }) => transferSize);
  return [Math.round(performance.now()), sizes.length, sizes.reduce((sum, size) => sum + size, 0)];
}"""


async def cdp(page: Page) -> CDPSession:
    return await page.context.new_cdp_session(page)


async def test_the_canvas_has_its_colours_under_reduced_motion(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas = await stage.new_canvas(await new_painter("ada"))
    page = await new_page(motion="reduce")
    shown_canvas = await Stage.open(page, canvas)
    await shown_canvas.comes_to_show((255, 255, 255), 10, 10)
    assert await shown_canvas.colour_at(-10, 10) == (240, 236, 228)  # around it, --sunken


async def test_canvas_and_palette_keep_their_colours_where_those_of_pages_are_forced(
    new_page: Windows, new_painter: NewPainter
) -> None:
    canvas = await stage.new_canvas(await new_painter("ada"))
    page = await new_page()
    await page.emulate_media(forced_colors="active")  # a contrast theme of Windows
    shown_canvas = await Stage.open(page, canvas)
    await shown_canvas.comes_to_show((255, 255, 255), 10, 10)
    assert await shown_canvas.colour_at(-10, 10) == (240, 236, 228)
    await page.get_by_role("button", name="About this canvas").click()
    swatches = page.get_by_role("complementary").locator("ui-swatch")
    await expect(swatches).to_have_count(len(canvas["palette"]))
    colours = await swatches.evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
    assert colours == ["rgb(16, 32, 48)", "rgb(224, 64, 64)", "rgb(64, 192, 96)"]


async def test_nothing_flashes_under_reduced_motion(new_page: Windows) -> None:
    page = await new_page(motion="reduce")
    await HeldRoute.on(page, "**/api/v1/canvases?*")  # so that what stands for the list stays
    await page.goto("/")
    await page.locator("tessera-home .skeleton").first.wait_for()
    assert await page.evaluate("document.getAnimations().length") == 0


async def test_a_tile_is_painted_without_the_youngest_features_of_browsers(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await editor.new_canvas(ada)
    page = await new_page(ada)
    await page.add_init_script(WITHOUT_WHAT_IS_YOUNG)
    await open_editor(page, canvas)
    await drag(page, (2, 3), (6, 3))
    await save(page)
    assert await painted(ada, canvas) == {(x, 3): BLACK for x in range(2, 7)}


async def test_a_right_click_tells_who_painted_where_menus_do_not_say_what_opens_them(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page()
    await page.add_init_script(WITHOUT_TYPES_OF_MENUS)
    shown_canvas = await Stage.open(page, await stage.new_canvas(await new_painter("ada")))
    await page.mouse.click(*await shown_canvas.point(10.5, 10.5), button="right")
    await expect(page.get_by_role("heading", name="Pixel 11, 11")).to_be_visible()


async def test_a_browser_that_is_too_old_is_told_so(new_page: Windows) -> None:
    page = await new_page()
    await page.add_init_script("delete HTMLElement.prototype.popover")
    await page.route("**/main.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    await page.goto("/")
    await expect(page.get_by_text("This browser is too old for Tessera")).to_be_visible()


async def test_an_artist_signs_in_and_paints_where_storage_is_blocked(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await editor.new_canvas(ada)
    page = await new_page()
    await page.add_init_script(WITHOUT_STORAGE)
    await page.goto(f"/login?next=/canvas/{canvas['id']}")
    await log_in(page, ada.username, ada.password)
    await page.wait_for_url("**/canvas/*")
    opened = Stage(page)
    await opened.is_live()
    await editor.edit_cell(opened)
    await drag(page, (2, 3), (6, 3))
    await expect(page.get_by_text("This browser has no space for a draft")).to_be_visible()
    await save(page)
    assert await painted(ada, canvas) == {(x, 3): BLACK for x in range(2, 7)}


async def test_a_theme_and_a_language_can_be_chosen_where_storage_is_blocked(new_page: Windows) -> None:
    page = await new_page()
    await page.add_init_script(WITHOUT_STORAGE)
    await page.goto("/")
    await page.get_by_role("button", name="Theme and language").click()
    await page.get_by_role("button", name="Dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("banner").get_by_role("button", name="Deutsch").click()
    await expect(page.get_by_role("link", name="Anmelden")).to_be_visible()


async def test_undo_and_tools_work_on_a_russian_keyboard(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await editor.new_canvas(ada))
    await drag(page, (1, 1), (4, 1))
    keyboard = await cdp(page)
    await press(keyboard, "я", "KeyZ", modifiers=2)  # Ctrl
    assert await poll_until(lambda: shown(page), UNPAINTED) == UNPAINTED
    await press(keyboard, "п", "KeyG")
    await expect(page.get_by_role("radio", name="Fill")).to_be_checked()


async def press(keyboard: CDPSession, key: str, code: str, modifiers: int = 0) -> None:
    """Press a key as a keyboard of another layout does."""
    for kind in ("keyDown", "keyUp"):
        event = {"type": kind, "key": key, "code": code, "modifiers": modifiers}
        await keyboard.send("Input.dispatchKeyEvent", event)


async def test_the_grid_of_a_canvas_is_toggled_on_any_keyboard(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page()
    opened = await Stage.open(page, await stage.new_canvas(await new_painter("ada")))
    grid = page.get_by_role("button", name="Grid")
    await opened.element.focus()
    keyboard = await cdp(page)
    await press(keyboard, "п", "KeyG")
    await expect(grid).to_have_attribute("aria-pressed", "false")
    await press(keyboard, "G", "KeyG")  # with Caps Lock
    await expect(grid).to_have_attribute("aria-pressed", "true")


async def test_times_are_right_on_a_computer_whose_clock_is_wrong(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await stage.new_canvas(ada)
    await stage.new_tile(ada, canvas, 1, 1)
    page = await new_page()
    await page.add_init_script(THREE_HOURS_LATE)
    card = await (await Stage.open(page, canvas)).pick(1, 1)
    await expect(card.locator("ui-time").first).to_have_text(re.compile(r"^now$|second"))


async def test_the_picture_stays_sharp_on_a_screen_of_another_density(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await page.add_init_script(REMEMBERED_QUERIES)
    await open_editor(page, await editor.new_canvas(ada))
    await (await cdp(page)).send(
        "Emulation.setDeviceMetricsOverride",
        {"width": 1280, "height": 800, "deviceScaleFactor": 2, "mobile": False},
    )

    await page.evaluate(
        "for (const query of queries) if (!query.matches) query.dispatchEvent(new Event('change'))"
    )

    async def densities() -> set[float]:
        canvases = page.locator("canvas-stage canvas, pixel-grid canvas")
        found: list[float] = await canvases.evaluate_all(
            "all => all.map((canvas) => Math.round(10 * canvas.width / canvas.clientWidth) / 10)"
        )
        return set(found)

    assert await poll_until(densities, {2.0}) == {2.0}


async def test_the_wheel_with_shift_moves_sideways(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page()
    opened = await Stage.open(page, await stage.new_canvas(await new_painter("ada")), "#128,128,4")
    await page.mouse.move(*await opened.point(128, 128))
    await page.keyboard.down("Shift")
    await page.mouse.wheel(0, 120)
    await page.keyboard.up("Shift")

    async def place() -> dict[str, float]:
        view = await opened.view()
        return {name: round(value, 0) for name, value in view.items()}

    sideways = {"x": 158.0, "y": 128.0, "zoom": 4.0}
    assert await poll_until(place, sideways) == sideways


async def test_a_finger_moves_the_view_once_a_pen_has_painted(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await open_editor(page, await editor.new_canvas(ada))
    glass = await cdp(page)
    x, y = await spot(drawing(page, SIZE), 4, 4)
    pen = {"x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
    for kind in ("mousePressed", "mouseReleased"):
        await glass.send("Input.dispatchMouseEvent", {"type": kind, **pen})
    assert await poll_until(lambda: shown(page), {(4, 4): BLACK}) == {(4, 4): BLACK}
    await Fingers(glass).swipe((x, y), (x + 40, y))

    async def is_moved() -> bool:
        return (await spot(drawing(page, SIZE), 4, 4))[0] > x + 20

    assert await poll_until(is_moved, True)
    assert await shown(page) == {(4, 4): BLACK}


async def test_a_large_canvas_opens_over_a_link_that_needs_longer_than_the_deadline(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await stage.new_canvas(ada, width=1024, height=1024, tile_size=128, max_tiles_per_user=64)
    for cell in range(64):
        noise = bytes(1 + value % 3 for value in secrets.token_bytes(128 * 128))
        draft = {"x": cell % 8, "y": cell // 8, "pixels": base64.b64encode(noise).decode()}
        status, _ = await ada.call("POST", "/tiles", json={"canvas_id": canvas["id"], **draft})
        assert status == 201
    page = await new_page()
    opened = await Stage.open(page, await stage.new_canvas(ada))  # the client is loaded
    link = await cdp(page)
    await link.send("Network.enable")
    # Some 240 KB: longer than the 10 s that the client waits for a sign of the server.
    await link.send("Network.emulateNetworkConditions", {**SLOW_3G, "downloadThroughput": 20_000})
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("progressbar", name="Loading the picture").wait_for()
    await opened.is_live()
    await link.send("Network.emulateNetworkConditions", {**SLOW_3G, "latency": 0, "downloadThroughput": -1})
    assert await opened.difference(canvas) == 0


@pytest.mark.parametrize("path", ["/", "/canvas/{id}", "/login"])
async def test_a_first_visit_over_a_slow_link_paints_within_three_seconds(
    new_page: Windows, new_painter: NewPainter, path: str
) -> None:
    canvas = await stage.new_canvas(await new_painter("ada"))
    page = await new_page()
    link = await cdp(page)
    await link.send("Network.enable")
    await link.send("Network.emulateNetworkConditions", SLOW_3G)
    await page.goto(path.format(**canvas), wait_until="commit")

    async def is_painted() -> bool:
        return bool(await page.evaluate(FIRST_PAINT))

    assert await poll_until(is_painted, True)
    took = await page.evaluate(FIRST_PAINT)
    await page.get_by_role("heading", level=1).wait_for()
    loaded = await page.evaluate(LOADED)
    print(f"{path}: first paint after {took:.0f} ms; content, requests and bytes: {loaded}")
    assert took < here(3000)
