"""Chat beside a canvas in real browsers: written, read, moderated and ignored, by pointer and keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import Device, Scheme, Windows, assert_accessible
from tests.support.painters import NewPainter, PainterAccount
from tests.support.stage import Stage, new_canvas


async def open_chat(page: Page, canvas: dict[str, Any]) -> Locator:
    """Open the chat of a canvas; returns its list."""
    await Stage.open(page, canvas)
    await page.get_by_role("button", name="Chat").click()
    return page.get_by_role("log", name="Chat")


async def write(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Write a message")
    await field.fill(text)
    await field.press("Enter")


async def say(painter: PainterAccount, canvas: dict[str, Any], text: str) -> None:
    status, answer = await painter.call("POST", f"/canvases/{canvas['id']}/messages", json={"text": text})
    assert status == 201, answer


async def act(log: Locator, text: str, action: str) -> None:
    message = log.get_by_role("listitem").filter(has_text=text)
    await message.get_by_role("button", name="Actions").click()
    await message.get_by_role("button", name=action).click()


async def test_what_one_writes_the_other_reads_at_once(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    page, other = await new_page(ada), await new_page(bob)
    mine, theirs = await open_chat(page, canvas), await open_chat(other, canvas)
    await write(page, f"Hello @{bob.username}")
    await expect(theirs.get_by_text("Hello")).to_be_visible()
    await expect(theirs.get_by_role("link", name=f"@{bob.username}")).to_be_visible()
    await expect(mine.get_by_role("listitem")).to_have_count(1)
    await expect(page.get_by_role("textbox", name="Write a message")).to_have_value("")


async def test_unread_messages_are_counted_until_the_chat_is_open(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    await Stage.open(page, canvas)
    await say(bob, canvas, "Psst")
    unread = page.get_by_role("button", name="Chat (1 new message)")
    await unread.click()
    await expect(page.get_by_role("log").get_by_text("Psst")).to_be_visible()
    await expect(unread).to_have_count(0)


async def test_markup_is_text_and_only_links_to_the_canvas_are_links(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    page = await new_page(ada)
    log = await open_chat(page, canvas)
    text = "<b>bold</b> https://example.org/x #20,30,8"
    await write(page, text)
    await expect(log.get_by_text("<b>bold</b> https://example.org/x")).to_be_visible()
    message = log.get_by_role("listitem").last
    assert await message.get_by_role("link").count() == 2
    await message.get_by_role("link", name="#20,30,8").click()
    await expect(page).to_have_url(re.compile("#20,30,8$"))


async def test_a_removed_message_disappears_for_everybody(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    await say(bob, canvas, "Rubbish")
    page, other = await new_page(ada), await new_page(bob)
    mine, theirs = await open_chat(page, canvas), await open_chat(other, canvas)
    await expect(theirs.get_by_text("Rubbish")).to_be_visible()
    await act(mine, "Rubbish", "Remove")
    for log in (mine, theirs):
        await expect(log.get_by_text("Rubbish")).to_have_count(0)


async def test_a_muted_artist_is_told_so(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    await say(bob, canvas, "Rubbish")
    page, other = await new_page(ada), await new_page(bob, allow=["status of 403"])
    await act(await open_chat(page, canvas), "Rubbish", "Mute")
    await expect(page.get_by_text("Muted on this canvas for a day.")).to_be_visible()
    await open_chat(other, canvas)
    await write(other, "More rubbish")
    await expect(other.get_by_text("write on this canvas at the moment.")).to_be_visible()
    await expect(other.get_by_role("textbox", name="Write a message")).to_have_value("More rubbish")


async def test_an_ignored_artist_is_not_seen_on_any_device(
    new_page: Windows, new_painter: NewPainter
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(bob)
    await say(bob, canvas, "Look at me")
    page = await new_page(ada)
    log = await open_chat(page, canvas)
    await act(log, "Look at me", "Ignore")
    await expect(log.get_by_text("Look at me")).to_have_count(0)
    await page.reload()
    await page.get_by_role("button", name="Chat").click()
    await expect(page.get_by_text("No messages yet.")).to_be_visible()


async def test_a_message_is_reported_to_the_moderators(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    await say(bob, canvas, "Buy pixels!")
    page = await new_page(ada)
    await act(await open_chat(page, canvas), "Buy pixels!", "Report")
    await page.get_by_role("radio", name="Spam or advertising").check()
    await page.get_by_role("button", name="Send report").click()
    await expect(page.get_by_text("Thank you. A moderator will review your report.")).to_be_visible()


async def test_a_guest_reads_and_is_asked_to_log_in(new_page: Windows, new_painter: NewPainter) -> None:
    ada = await new_painter("ada")
    canvas = await new_canvas(ada)
    await say(ada, canvas, "Welcome")
    page = await new_page()
    log = await open_chat(page, canvas)
    await expect(log.get_by_text("Welcome")).to_be_visible()
    await write(page, "Hi")
    await expect(page.get_by_text("Log in to write a message.")).to_be_visible()


async def test_the_owner_switches_the_chat_off(new_page: Windows, new_painter: NewPainter) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    page = await new_page(bob)
    await open_chat(page, canvas)
    status, _ = await ada.call("PATCH", f"/canvases/{canvas['id']}", json={"chat": "off"})
    assert status == 200
    await expect(page.get_by_text("The chat of this canvas is switched off.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Write a message")).to_have_count(0)


@pytest.mark.parametrize("device", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_chat_is_accessible(
    new_page: Windows, new_painter: NewPainter, device: Device, scheme: Scheme
) -> None:
    ada, bob = await new_painter("ada"), await new_painter("bob")
    canvas = await new_canvas(ada)
    await say(bob, canvas, f"Hello @{ada.username} #1,2,3")
    await say(bob, canvas, "שלום")
    page = await new_page(ada, device=device, scheme=scheme)
    log = await open_chat(page, canvas)
    await expect(log.get_by_role("listitem")).to_have_count(2)
    await log.get_by_role("button", name="Actions").first.click()
    await assert_accessible(page)
