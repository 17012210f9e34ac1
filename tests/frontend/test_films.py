"""Films: an artist has the history of a canvas made into a file, sees its progress and saves it."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.support.browser import Scheme, Windows, assert_accessible
from tests.support.painters import NewPainter

DRAFT = {"name": "Quay", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_artist_makes_a_film_and_downloads_it(
    new_page: Windows, new_painter: NewPainter, scheme: Scheme
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    for number in range(3):
        await ada.paint(canvas, number, 0, bytes([number + 1]) * 256)
    page = await new_page(ada, scheme=scheme)
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="Time-lapse").click()
    films = page.locator("canvas-films")
    await films.get_by_label("Length in seconds").fill("2")
    await films.get_by_role("button", name="Make a film").click()
    await expect(films.get_by_text("GIF, 1,024")).to_be_visible()
    save = films.get_by_role("button", name="Download GIF")
    await save.wait_for()
    await assert_accessible(page)
    async with page.expect_download() as downloading:
        await save.click()
    download = await downloading.value
    assert download.suggested_filename == "Quay.gif"
    with Image.open(io.BytesIO((await download.path()).read_bytes())) as film:
        assert film.size == (1024, 1024)
        film.seek(getattr(film, "n_frames", 1) - 1)
        assert film.convert("RGB").getpixel((2 * 256 + 9, 9)) == (126, 37, 83)
    await films.get_by_role("button", name="Delete GIF").click()
    await expect(films.get_by_text("GIF, 1,024")).to_have_count(0)


async def test_a_larger_film_can_be_only_as_long_as_the_form_says(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json={**DRAFT, "width": 128, "height": 128})
    await ada.paint(canvas, 0, 0, bytes([1]) * 256)
    page = await new_page(ada)
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="Time-lapse").click()
    films = page.locator("canvas-films")
    seconds = films.get_by_label("Length in seconds")
    await expect(seconds).to_have_attribute("max", "120")
    await films.get_by_label("Size").select_option("16")
    await expect(films.get_by_text("At most 30 in this size")).to_be_visible()
    await expect(seconds).to_have_attribute("max", "30")
    draft = {"format": "gif", "scale": 16}
    for most, status in ((31, 422), (30, 202)):
        answer = await ada.call("POST", f"/canvases/{canvas['id']}/films", json={**draft, "seconds": most})
        assert answer[0] == status, answer


@pytest.mark.parametrize("is_dialog_left", [False, True], ids=["over the dialog", "after it"])
async def test_a_note_leads_a_guest_from_a_dialog_to_the_login(
    new_page: Windows, new_painter: NewPainter, is_dialog_left: bool
) -> None:
    ada = await new_painter("ada")
    _, canvas = await ada.call("POST", "/canvases", json=DRAFT)
    page = await new_page()
    await page.goto(f"/canvas/{canvas['id']}")
    await page.get_by_role("button", name="Time-lapse").click()
    await page.locator("canvas-films").get_by_role("button", name="Make a film").click()
    note = page.get_by_role("status").filter(has_text="Log in to make films.")
    await expect(note).to_be_visible()
    if is_dialog_left:
        await page.keyboard.press("Escape")
        await expect(page.locator("canvas-films")).to_be_hidden()
    await note.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/login?next=**")
