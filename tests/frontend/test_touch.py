"""What fingers do beside the pictures, on dialogs and on buttons that they leave; and what a pen does."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.support.browser import Windows, dialog
from tests.support.painters import NewPainter
from tests.support.stage import Stage, new_canvas, new_tile
from tests.support.touch import Fingers

TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


async def root_style(page: Page, name: str) -> str:
    return str(await page.evaluate("name => getComputedStyle(document.documentElement)[name]", name))


async def test_a_finger_on_a_dialog_scrolls_nothing_behind_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    for _ in range(3):
        await new_canvas(ada)
    page = await new_page(ada, device="phone")
    await page.goto("/")
    await page.get_by_role("link", name="Quay").first.wait_for()
    await page.get_by_role("button", name="New canvas").tap()
    form = dialog(page, "New canvas")
    await form.get_by_role("button", name="Create canvas").scroll_into_view_if_needed()
    finger = await Fingers.on(page)
    for ways in ((700, 500, 300, 100), (700, 500, 300, 100)):  # to its end, and on
        await finger.press((200, ways[0]))
        await finger.lead(*[(200, y) for y in ways[1:]])
        await page.evaluate(TWO_FRAMES)
        await finger.lift()
    assert await page.evaluate("scrollY") == 0
    assert await root_style(page, "overscrollBehaviorY") == "none"  # nor does pulling down reload the page
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    assert await root_style(page, "overscrollBehaviorY") == "auto"


async def test_a_tap_beside_a_dialog_closes_it_and_opens_nothing_behind(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    await new_canvas(ada)
    page = await new_page(ada, device="tablet")
    await page.goto("/")
    link = page.get_by_role("link", name="Quay").first
    await link.scroll_into_view_if_needed()
    box = await link.bounding_box()
    assert box is not None
    beside = (box["x"] + 8, box["y"] + box["height"] / 2)
    address = page.url
    await page.get_by_role("button", name="New canvas").click()
    inside = page.get_by_role("heading", name="New canvas")
    await inside.wait_for()
    finger = await Fingers.on(page)
    await finger.swipe(beside, (beside[0], beside[1] - 100), (beside[0], beside[1] - 200))
    await expect(inside).to_be_visible()
    await page.touchscreen.tap(*beside)
    await expect(inside).to_be_hidden()
    assert page.url == address


async def test_a_button_that_a_finger_left_looks_as_it_is(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page(device="phone")
    await Stage.open(page, await new_canvas(await new_painter("ada")))
    grid, fit = [page.get_by_role("button", name=name) for name in ("Grid", "Show the whole canvas")]
    await grid.tap()
    await expect(grid).to_have_attribute("aria-pressed", "false")
    await expect(grid).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    await fit.tap()
    await expect(fit).to_have_css("background-color", "rgba(0, 0, 0, 0)")


async def test_pulling_down_on_a_canvas_does_not_reload_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(device="phone")
    await Stage.open(page, await new_canvas(await new_painter("ada")))
    assert await root_style(page, "overscrollBehaviorY") == "none"


async def test_the_button_of_a_pen_asks_who_painted_a_pixel(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await new_tile(ada, canvas, 1, 1)
    page = await new_page(device="tablet")
    x, y = await (await Stage.open(page, canvas)).point(100.5, 70.5)
    glass = await page.context.new_cdp_session(page)
    press = {"x": x, "y": y, "button": "right", "clickCount": 1, "pointerType": "pen"}
    for kind in ("mousePressed", "mouseReleased"):
        await glass.send("Input.dispatchMouseEvent", {"type": kind, **press})
    await expect(page.get_by_role("heading", name="Pixel 101, 71")).to_be_visible()


async def test_the_field_of_the_chat_stays_in_sight_above_a_keyboard(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada, device="phone")
    await Stage.open(page, await new_canvas(ada))
    await page.get_by_role("button", name="Chat").tap()
    field = page.get_by_role("complementary").get_by_role("textbox")
    await field.tap()
    await page.set_viewport_size({"width": 390, "height": 420})
    await expect(field).to_be_in_viewport(ratio=1)
    await expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
