"""The first page: canvases as they are painted, the search for them, and new ones."""

from __future__ import annotations

import base64
import re
import secrets
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import PATIENCE_MS, Device, Scheme, Windows, assert_accessible, settle
from tests.support.painters import NewPainter, PainterAccount


async def new_canvas(painter: PainterAccount, **changes: Any) -> dict[str, Any]:
    draft = {
        "name": f"Harbour {secrets.token_hex(4)}",
        "width": 128,
        "height": 128,
        "tile_size": 32,
        "palette": "pico-8",
    }
    status, canvas = await painter.call("POST", "/canvases", json={**draft, **changes})
    assert status == 201, canvas
    return dict(canvas)


async def paint(painter: PainterAccount, canvas: dict[str, Any], colour: int, x: int = 0, y: int = 0) -> None:
    pixels = base64.b64encode(bytes([colour]) * canvas["tile_size"] ** 2).decode()
    draft = {"canvas_id": canvas["id"], "x": x, "y": y, "pixels": pixels}
    status, tile = await painter.call("POST", "/tiles", json=draft)
    assert status == 201, tile


async def open_create(page: Page) -> Locator:
    """Open the form of a new canvas on the home page."""
    await page.goto("/")
    await page.get_by_role("button", name="New canvas").click()
    return page.locator("create-canvas")


async def find(page: Page, name: str) -> None:
    await page.get_by_role("searchbox", name="Search canvases").fill(name)
    await expect(page.locator("canvas-card")).to_have_count(1)


async def test_a_guest_sees_a_live_canvas_and_can_open_it_at_once(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await paint(ada, canvas, 9)
    page = await new_page()
    await page.goto("/")
    await expect(page.locator("home-hero canvas-preview img")).to_be_visible()
    await page.get_by_role("link", name="Paint now").click()
    await expect(page).to_have_url(re.compile(r"/canvas/\d+"))


async def test_a_thumbnail_is_updated_by_new_strokes(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    await page.goto("/")
    await find(page, canvas["name"])
    picture = page.locator("canvas-card img")
    await expect(picture).to_be_visible()
    before = await picture.get_attribute("src")
    await paint(ada, canvas, 9)
    await expect(picture).not_to_have_attribute("src", str(before))


async def test_a_card_counts_the_people_on_its_canvas(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    await page.goto("/")
    await find(page, canvas["name"])
    visitor = await new_page(ada)
    await visitor.goto(f"/canvas/{canvas['id']}")
    await expect(page.locator("canvas-card")).to_contain_text("1 here now")
    await visitor.close()
    await expect(page.locator("canvas-card")).not_to_contain_text("here now", timeout=PATIENCE_MS)


async def test_a_search_without_results_shows_a_message(new_page: Windows) -> None:
    page = await new_page()
    await page.goto("/")
    await page.get_by_role("searchbox", name="Search canvases").fill(f"no such canvas {secrets.token_hex(8)}")
    await expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()


async def test_more_canvases_are_loaded_on_request(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    name = f"Series {secrets.token_hex(4)}"
    for number in range(25):
        await new_canvas(ada, name=f"{name} {number}")
    page = await new_page()
    await page.goto("/")
    cards = page.locator("canvas-card")
    await page.get_by_role("searchbox", name="Search canvases").fill(name)
    await expect(page.get_by_text("24 canvases found")).to_be_attached()
    await page.get_by_role("button", name="Show more").click()
    await expect(cards).to_have_count(25)


async def test_a_private_canvas_is_listed_only_for_its_owner(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, is_public=False)
    await paint(ada, canvas, 9)
    page = await new_page(ada)
    await page.goto("/")
    await find(page, canvas["name"])
    await expect(page.locator("canvas-card img")).to_be_visible()
    guest = await new_page()
    await guest.goto("/")
    await guest.get_by_role("searchbox", name="Search canvases").fill(canvas["name"])
    await expect(guest.get_by_role("heading", name="Nothing found")).to_be_visible()


async def test_a_canvas_can_be_created_with_custom_colours(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    dialog = await open_create(page)
    await dialog.get_by_label("Name").fill("Flags")
    await dialog.get_by_label("Small").check()
    palette = dialog.get_by_role("group", name="Palette")
    await palette.get_by_label("Custom").check()
    await dialog.get_by_role("button", name="Colour 5").click()
    await dialog.get_by_label("Change colour").fill("#123456")
    await dialog.get_by_role("button", name="Move colour forward").click()
    await dialog.get_by_label("Everyone, everywhere").check()
    await dialog.get_by_role("button", name="Create canvas").click()
    await expect(page).to_have_url(re.compile(r"/canvas/\d+"))
    _, canvas = await ada.call("GET", f"/canvases/{page.url.partition('/canvas/')[2].partition('#')[0]}")
    assert (canvas["name"], canvas["width"], canvas["collaboration_mode"]) == ("Flags", 256, "free")
    assert canvas["palette"] == ["#1d2129", "#faf8f4", "#d1495b", "#123456", "#edae49"]


async def test_the_smallest_canvas_can_be_created_as_the_form_suggests(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    dialog = await open_create(page)
    await dialog.get_by_label("Name").fill("Stamp")
    await dialog.get_by_role("group", name="Size in pixels").get_by_label("Custom").check()
    for side in ("Width", "Height"):
        await dialog.get_by_label(side).fill("64")
    await expect(dialog.get_by_label("Tiles per artist")).to_have_value("4")
    await dialog.get_by_role("button", name="Create canvas").click()
    await expect(page).to_have_url(re.compile(r"/canvas/\d+"))


async def test_a_limit_above_the_number_of_tiles_is_refused_in_the_readers_language(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"), locale="de-DE")
    await page.goto("/")
    await page.get_by_role("button", name="Neue Leinwand").click()
    dialog = page.locator("create-canvas")
    await dialog.get_by_label("Name").fill("Marke")
    await dialog.get_by_label("Kacheln pro Person").fill("5000")
    await dialog.get_by_role("button", name="Leinwand anlegen").click()
    limit = dialog.get_by_label("Kacheln pro Person")
    await expect(limit).to_have_accessible_description(re.compile("Von 1 bis 256"))


async def test_a_custom_colour_can_be_typed(new_page: Windows, new_painter: NewPainter) -> None:
    page = await new_page(await new_painter("ada"))
    dialog = await open_create(page)
    await dialog.get_by_role("group", name="Palette").get_by_label("Custom").check()
    field = dialog.get_by_label("Colour as a hexadecimal number")
    await field.fill("1AF")
    await field.press("Tab")
    await expect(field).to_have_value("#11aaff")
    await field.fill("red")
    await field.press("Tab")
    await expect(field).to_have_value("#11aaff")


async def test_a_size_that_is_no_multiple_of_the_tile_size_is_reported(
    new_page: Windows, new_painter: NewPainter
) -> None:
    page = await new_page(await new_painter("ada"))
    dialog = await open_create(page)
    await dialog.get_by_label("Name").fill("Flags")
    await dialog.get_by_role("group", name="Size in pixels").get_by_label("Custom").check()
    await dialog.get_by_label("Width").fill("100")
    await dialog.get_by_role("button", name="Create canvas").click()
    await expect(dialog.get_by_label("Width")).to_have_accessible_description(re.compile("96 or 128"))


async def test_tiles_by_followed_artists_appear_on_the_home_page(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    await ada.call("PUT", f"/users/{ben.id}/follow")
    await paint(ben, await new_canvas(ben), 9)

    page = await new_page(ada)
    await page.goto("/")
    tile = page.get_by_role("link", name="Tile by Ben").first
    for _ in range(20):
        if await tile.count():
            break
        await page.reload()
        await settle(page)
    await tile.click()
    await expect(page).to_have_url(re.compile(r"/canvas/\d+#"))


async def test_language_and_theme_are_remembered(new_page: Windows) -> None:
    page = await new_page(locale="fr-FR")
    await page.goto("/")
    await page.get_by_role("button", name="Theme and language").click()
    await page.get_by_role("button", name="Dark").click()
    await page.get_by_role("banner").get_by_role("button", name="Deutsch").click()
    await page.reload()
    await expect(page.get_by_role("heading", level=1, name="Ein Bild, von allen gemalt.")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "de"
    assert await page.locator("html").get_attribute("data-theme") == "dark"


async def test_the_default_language_is_that_of_the_browser(new_page: Windows) -> None:
    page = await new_page(locale="de-AT")
    await page.goto("/")
    await expect(page.get_by_role("heading", level=1, name="Ein Bild, von allen gemalt.")).to_be_visible()


async def test_an_unreachable_server_is_reported_and_the_request_can_be_retried(
    new_page: Windows,
) -> None:
    page = await new_page(allow=["Failed to load resource", "request failed"])
    await page.route("**/api/v1/canvases?*", lambda route: route.abort())
    await page.goto("/")
    await expect(page.get_by_role("alert")).to_contain_text("be reached.")
    await page.unroute("**/api/v1/canvases?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_home_page_and_its_dialog_are_accessible(
    new_page: Windows, new_painter: NewPainter, device: Device, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    await paint(ada, await new_canvas(ada), 9)
    page = await new_page(ada, device=device, scheme=scheme)
    await page.goto("/")
    await expect(page.locator("canvas-card").first).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="New canvas").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await assert_accessible(page)
