"""Painting together: cursors with names, and who paints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import cycle

import pytest
from PIL import ImageColor
from playwright.async_api import Page, expect

from services.users.profiles.rules import default_avatar_color
from tests.support.browser import Windows, assert_accessible
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import PAPER, SIDE, Colour, Stage, new_canvas, new_tile, stroke
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


def colour_of(artist: PainterAccount) -> Colour:
    """The colour of an artist's badge."""
    red, green, blue = ImageColor.getrgb(default_avatar_color(artist.id))[:3]
    return red, green, blue


def in_badge(x: int, y: int, zoom: float) -> tuple[float, float]:
    """A point of the badge of an artist in a cell, left of its letter, in pixels of the canvas."""
    return x * SIDE + 3 / zoom, (y + 1) * SIDE - 9 / zoom


def pointing(page: Page, x: float, y: float) -> Callable[[], Awaitable[None]]:
    """Return what moves the mouse a little about a point: a cursor that rests is forgotten after 8 s."""
    steps = cycle((0, 1))
    return lambda: page.mouse.move(x + next(steps), y)


async def test_an_artist_whose_cursor_is_shown_has_no_badge_beside_it(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    hers, guests = await new_page(ada), await new_page()
    stage, watched = await Stage.open(hers, canvas), await Stage.open(guests, canvas)
    point = pointing(hers, *await stage.point_of_cell(1, 2))

    async def shown() -> tuple[int, Colour]:
        await point()
        badge = in_badge(1, 2, (await watched.view())["zoom"])
        return await guests.locator(".cursor").count(), await watched.colour_at(*badge)

    assert await poll_until(shown, (1, PAPER)) == (1, PAPER)
    await guests.get_by_role("button", name="1 other artist is here").click()
    await guests.get_by_label("Show where others point").uncheck()
    assert await poll_until(shown, (0, colour_of(ada))) == (0, colour_of(ada))


async def test_the_name_of_a_cursor_does_not_cover_the_badge_of_another_artist(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, ben = await new_painter("ada"), await new_painter("ben")
    canvas = await new_canvas(ada)
    hers, bens, guests = await new_page(ada), await new_page(ben), await new_page()
    await bens.add_init_script("localStorage.setItem('tessera-pointing', 'off')")  # a badge only
    pointed, pointed_too, watched = [await Stage.open(page, canvas) for page in (hers, bens, guests)]
    await bens.mouse.move(*await pointed_too.point_of_cell(1, 2))
    zoom = (await watched.view())["zoom"]
    x, y = in_badge(1, 2, zoom)
    await watched.comes_to_show(colour_of(ben), x, y)
    name = guests.locator(".cursor .name")
    _, middle = await watched.point(x, y)

    async def side(point: Callable[[], Awaitable[None]]) -> str:
        await point()
        if not await name.count() or (box := await name.bounding_box()) is None:
            return "not shown"
        if box["y"] + box["height"] <= middle - 9:
            return "above"
        return "below" if box["y"] >= middle + 9 else "over"

    beside = pointing(hers, *await pointed.point(x - 7 / zoom, y - 25 / zoom))
    assert await poll_until(partial(side, beside), "above") == "above"
    below = pointing(hers, *await pointed.point(x - 7 / zoom, y + 10 / zoom))
    assert await poll_until(partial(side, below), "below") == "below"


async def test_a_guest_watches_along_with_an_artist(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    hers, guests = await new_page(ada), await new_page()
    stage, watched = await Stage.open(hers, canvas), await Stage.open(guests, canvas)
    await guests.get_by_role("button", name="1 other artist is here").click()
    await guests.get_by_role("button", name=f"Watch along with {ada.username}").click()
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


@pytest.mark.parametrize("button", ["Zoom in", "Show the whole canvas", "Go there: {name}"])
async def test_who_moves_the_view_by_a_button_watches_along_no_more(
    new_page: Windows, new_painter: NewPainter, button: str
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    hers, guests = await new_page(ada), await new_page()
    stage, _ = await Stage.open(hers, canvas), await Stage.open(guests, canvas)
    await hers.mouse.move(*await stage.point_of_cell(1, 2))
    await guests.get_by_role("button", name="1 other artist is here").click()
    await guests.get_by_role("button", name=f"Watch along with {ada.username}").click()
    badge = guests.get_by_text(f"Watching along with {ada.username}")
    await expect(badge).to_be_visible()
    await guests.get_by_role("button", name=button.format(name=ada.username), exact=True).click()
    await expect(badge).to_have_count(0)


async def test_a_long_name_fits_a_phone_where_one_watches_along(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("a" * 40)
    canvas = await new_canvas(ada)
    hers, guests = await new_page(ada), await new_page(device="phone")
    await Stage.open(hers, canvas)
    await Stage.open(guests, canvas)
    await guests.get_by_role("button", name="1 other artist is here").click()
    await guests.get_by_role("button", name=f"Watch along with {ada.username}").click()
    badge = guests.locator(".following")
    await expect(badge).to_be_in_viewport(ratio=1)
    await expect(badge.get_by_role("button", name="Stop")).to_be_in_viewport(ratio=1)
    row = guests.locator("canvas-people li").filter(has_text=ada.username)
    name, button = (
        await row.locator(".grow").bounding_box(),
        await row.get_by_role("button").first.bounding_box(),
    )
    assert name is not None
    assert button is not None
    assert name["width"] > button["width"]


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
