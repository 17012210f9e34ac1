"""What is not saved survives: drafts, sessions that end, and the back button."""

from __future__ import annotations

import re
import secrets

import aiohttp
from playwright.async_api import expect

from tests.support.browser import Windows, log_in
from tests.support.editor import BLACK, SIZE, drag, new_canvas, open_editor, painted, save, saved, shown
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import drawing
from tests.support.waiting import poll_until


async def test_a_draft_survives_a_reload_and_is_deleted_after_saving(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await drag(page, (5, 5), (8, 5))
    await page.reload()
    await open_editor(page, canvas)
    await expect(page.get_by_text("Your draft from")).to_be_visible()
    await save(page)
    assert await painted(ada, canvas) == {(x, 5): BLACK for x in range(5, 9)}
    await page.reload()
    await open_editor(page, canvas)
    await expect(page.get_by_text("All changes saved")).to_be_visible()
    await expect(page.get_by_text("Your draft from")).to_have_count(0)


async def test_a_guest_who_signs_up_goes_on_with_the_drawing(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page()
    await open_editor(page, canvas)
    await drag(page, (5, 5), (8, 5))
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("dialog", name="Almost there").wait_for()
    await page.locator("tile-editor").get_by_role("button", name="Sign up").click()
    name = f"newcomer_{secrets.token_hex(4)}"
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Email address").fill(f"{name}@example.org")
    await page.get_by_label("Password", exact=True).fill(secrets.token_urlsafe(12))
    await page.get_by_role("button", name="Create account").click()
    await expect(page.locator("tile-editor dialog.editor")).to_have_attribute("aria-busy", "false")
    assert await shown(page) == {(x, 5): BLACK for x in range(5, 9)}
    await save(page)
    assert await painted(ada, canvas) == {(x, 5): BLACK for x in range(5, 9)}


async def test_an_artist_whose_session_ends_while_drawing_logs_in_again_in_place(
    new_page: Windows, new_painter: NewPainter, http: aiohttp.ClientSession
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada, allow=["status of 401"])
    await open_editor(page, canvas)
    await drag(page, (2, 2), (5, 2))
    assert (await ada.call("POST", "/auth/logout"))[0] == 204
    note = page.locator("editor-notes").filter(has_text="Your session has ended")
    await note.get_by_role("button", name="Log in").click()
    form = page.locator("tile-editor login-form")
    await log_in(page, ada.username, ada.password)
    await expect(form).to_have_count(0)
    await expect(note).to_be_hidden()
    await drag(page, (2, 4), (5, 4))
    await page.get_by_role("button", name="Save").click()
    lines = {(x, y): BLACK for x in range(2, 6) for y in (2, 4)}
    back = await PainterAccount.log_in(http, ada.username, ada.password)
    assert await poll_until(saved(back, canvas), lines) == lines


async def test_the_back_button_closes_the_editor_and_stays_on_the_canvas(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await open_editor(page, canvas)
    await page.evaluate("history.back()")
    await expect(drawing(page, SIZE)).to_have_count(0)
    await expect(page).to_have_url(re.compile(f"/canvas/{canvas['id']}"))
    await page.get_by_role("complementary").wait_for()


async def test_the_back_button_asks_before_a_drawing_is_lost(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    page = await new_page(ada)
    await open_editor(page, await new_canvas(ada))
    await drag(page, (1, 1), (4, 1))
    await page.evaluate("history.back()")
    await page.get_by_role("dialog", name="Close without saving?").wait_for()
    await page.get_by_role("button", name="Keep drawing").click()
    await page.evaluate("history.back()")
    await page.get_by_role("button", name="Discard").click()
    await expect(drawing(page, SIZE)).to_have_count(0)
