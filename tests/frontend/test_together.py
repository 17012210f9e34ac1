"""Painting together: cursors with names, and who paints."""

from __future__ import annotations

from playwright.async_api import expect

from tests.support.browser import Windows, assert_accessible
from tests.support.painters import NewPainter
from tests.support.stage import SIDE, Stage, new_canvas, new_tile, stroke
from tests.support.waiting import poll_until


async def test_a_guest_sees_where_an_artist_points_and_paints(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas, 0, 0)
    hers, guests = await new_page(ada), await new_page()
    stage, watched = await Stage.open(hers, canvas), await Stage.open(guests, canvas)
    cursor = guests.locator(".cursor").filter(has_text=ada.username)

    await hers.mouse.move(*await stage.point_of_cell(1, 2))
    await expect(cursor).to_be_visible()
    there = await watched.point_of_cell(1, 2)

    async def is_there() -> bool:
        box = await cursor.bounding_box()
        return box is not None and abs(box["x"] - there[0]) < 3 and abs(box["y"] - there[1]) < 3

    assert await poll_until(is_there, True)
    await stroke(ada, tile, SIDE + 1, 2)
    await expect(guests.locator(".cursor.painting")).to_be_visible()


async def test_a_guest_watches_along_with_an_artist(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    hers, guests = await new_page(ada), await new_page()
    stage, watched = await Stage.open(hers, canvas), await Stage.open(guests, canvas)
    await guests.get_by_role("button", name="1 other artist is here").click()
    await guests.get_by_role("button", name=f"See what {ada.username} sees").click()
    await expect(guests.get_by_text(f"Watching along with {ada.username}")).to_be_visible()
    await hers.mouse.move(*await stage.point_of_cell(1, 2))
    await hers.mouse.wheel(0, -600)

    async def is_along() -> bool:
        mine, theirs = await stage.view(), await watched.view()
        return abs(mine["x"] - theirs["x"]) + abs(mine["y"] - theirs["y"]) < 1

    assert await poll_until(is_along, True)
    await assert_accessible(guests)
    await guests.get_by_role("button", name="Stop").click()
    await expect(guests.get_by_text(f"Watching along with {ada.username}")).to_have_count(0)


async def test_the_cursor_of_an_ignored_artist_is_not_shown(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben, cleo = [await new_painter(name) for name in ("ada", "ben", "cleo")]
    canvas = await new_canvas(ada)
    status, _ = await ada.call("PUT", f"/users/{ben.id}/ignore")
    assert status == 204
    hers, bens, cleos = [await new_page(artist) for artist in (ada, ben, cleo)]
    _, pointed, pointed_later = [await Stage.open(page, canvas) for page in (hers, bens, cleos)]
    await bens.mouse.move(*await pointed.point_of_cell(1, 2))
    await expect(cleos.locator(".cursor").filter(has_text=ben.username)).to_be_visible()
    await cleos.mouse.move(*await pointed_later.point_of_cell(2, 1))
    # What comes later shows that Ben's cursor has come to her, too.
    await expect(hers.locator(".cursor").filter(has_text=cleo.username)).to_be_visible()
    await expect(hers.locator(".cursor").filter(has_text=ben.username)).to_have_count(0)
