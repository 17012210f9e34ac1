"""Painting where others paint, lock, review and delete: what the editor shows of it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from playwright.async_api import expect

from tests.support.browser import UNDERWAY, Windows
from tests.support.editor import (
    BLACK,
    RED,
    SIZE,
    WHITE,
    drag,
    encoded,
    new_canvas,
    new_tile,
    open_editor,
    painted,
    save,
    saved,
    shown,
)
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stack import Stack
from tests.support.waiting import poll_until


async def test_two_artists_see_each_others_strokes_in_the_editor(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, "free")
    await new_tile(ada, canvas)
    pages = [await new_page(ada), await new_page(bob)]
    for page in pages:
        await open_editor(page, canvas)
        await expect(page.get_by_text("Live: saved as you draw")).to_be_visible()
    await pages[1].keyboard.press("3")
    await asyncio.gather(drag(pages[0], (2, 2), (12, 2)), drag(pages[1], (2, 12), (12, 12)))
    ours = {(x, 2): BLACK for x in range(2, 13)} | {(x, 12): RED for x in range(2, 13)}
    everything = {(x, y): WHITE for x in range(SIZE) for y in range(SIZE)} | ours
    assert await poll_until(saved(ada, canvas), everything) == everything
    for page in pages:
        assert await poll_until(partial(shown, page), everything) == everything
    await pages[0].keyboard.press("Control+z")
    undone = everything | {(x, 2): WHITE for x in range(2, 13)}
    assert await poll_until(partial(shown, pages[1]), undone) == undone


async def test_strokes_drawn_while_offline_are_sent_after_reconnecting(
    new_page: Windows, new_painter: NewPainter, site: Stack
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "free")
    await new_tile(ada, canvas)
    page = await new_page(ada, allow=UNDERWAY)
    await open_editor(page, canvas)
    for name in site.tiles:
        site.kill(name)
    await expect(page.get_by_text("Your changes will be sent afterwards")).to_be_visible()
    await drag(page, (2, 2), (5, 2))
    await expect(page.get_by_text("Live: saved as you draw")).to_be_visible()
    assert await poll_until(lambda: row(ada, canvas, 2), [BLACK] * 4) == [BLACK] * 4
    assert await shown(page) == await painted(ada, canvas)


async def test_a_tile_becomes_editable_when_another_artists_lock_ends(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada, "free")
    tile = await new_tile(ada, canvas)
    page = await new_page(ada)
    await open_editor(page, canvas)
    assert (await bob.call("POST", f"/tiles/{tile['id']}/lock"))[0] == 201
    await expect(page.get_by_text("Bob is painting here until")).to_be_visible()
    await drag(page, (2, 2), (5, 2))
    assert (await shown(page))[(2, 2)] == WHITE
    await bob.call("DELETE", f"/tiles/{tile['id']}/lock")
    await expect(page.get_by_text("Bob is painting here until")).to_have_count(0)
    await drag(page, (2, 2), (5, 2))
    assert await poll_until(lambda: row(ada, canvas, 2), [BLACK] * 4) == [BLACK] * 4


async def test_the_lock_is_acquired_while_painting_and_released_on_closing(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas)
    page = await new_page(ada)

    async def is_locked() -> bool:
        return bool((await ada.call("GET", f"/tiles/{tile['id']}/lock"))[1]["is_locked"])

    await open_editor(page, canvas)
    assert await is_locked()
    await page.get_by_role("button", name="Close editor").click()
    assert await poll_until(is_locked, False) is False
    await open_editor(page, canvas)
    assert await poll_until(is_locked, True) is True
    await page.goto("about:blank")
    assert await poll_until(is_locked, False) is False


async def row(painter: PainterAccount, canvas: dict[str, Any], y: int) -> list[int]:
    pixels = await painted(painter, canvas)
    return [pixels.get((x, y), 0) for x in range(2, 6)]


async def test_conflicting_versions_are_merged_pixel_by_pixel(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    tile = await new_tile(ada, canvas)
    page = await new_page(ada, allow=["status of 412"])
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    change = {"pixels": encoded(lambda _x, y: RED if y == 9 else WHITE)}
    assert (await ada.call("PUT", f"/tiles/{tile['id']}", json=change))[0] == 200
    await expect(page.get_by_text("This tile was changed elsewhere")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    pixels = await painted(ada, canvas)
    assert [pixels[x, 2] for x in range(2, 6)] == [BLACK] * 4
    assert [pixels[x, 9] for x in range(SIZE)] == [RED] * SIZE


async def test_only_its_artist_sees_a_pending_submission(new_page: Windows, new_painter: NewPainter) -> None:
    olga, ada = await new_painter("olga"), await new_painter("ada")
    canvas = await new_canvas(olga, "review")
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    await page.get_by_role("button", name="Submit for review").click()
    await expect(page.get_by_text("Waiting for review. Others")).to_be_visible()
    assert await painted(olga, canvas) == {}
    await page.reload()
    await open_editor(page, canvas)
    assert await shown(page) == {(x, 2): BLACK for x in range(2, 6)}


async def test_an_artist_is_told_in_the_editor_that_a_submission_was_rejected(
    new_page: Windows, new_painter: NewPainter
) -> None:
    olga, ada = await new_painter("olga"), await new_painter("ada")
    canvas = await new_canvas(olga, "review")
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    await page.get_by_role("button", name="Submit for review").click()
    await expect(page.get_by_text("Waiting for review. Others")).to_be_visible()
    path = f"/canvases/{canvas['id']}/reviews"
    _, waiting = await olga.call("GET", path)
    verdict = {"decision": "reject"}
    status, answer = await olga.call("POST", f"{path}/{waiting['items'][0]['id']}", json=verdict)
    assert status == 200, answer
    await expect(page.get_by_text("Your submission was rejected")).to_be_visible()
    await expect(page.get_by_text("Waiting for review. Others")).to_have_count(0)
    assert await shown(page) == {(x, 2): BLACK for x in range(2, 6)}


async def test_an_area_can_be_claimed_from_the_editor(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada, "area-lock")
    status, _ = await ada.call(
        "POST", f"/canvases/{canvas['id']}/areas", json={"x": 1, "y": 1, "columns": 1, "rows": 1}
    )
    assert status == 201
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    await save(page)
    assert len(await painted(ada, canvas)) == 4


async def test_an_artist_is_told_in_the_editor_that_the_canvas_is_gone(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, olga = await new_painter("ada"), await new_painter("olga")
    canvas = await new_canvas(olga)
    page = await new_page(ada, allow=["status of 404", "WebSocket"])
    await open_editor(page, canvas)
    assert (await olga.call("DELETE", f"/canvases/{canvas['id']}"))[0] == 204
    await expect(page.locator("tile-editor").get_by_text("This canvas was deleted")).to_be_visible()
