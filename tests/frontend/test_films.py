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
