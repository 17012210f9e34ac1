"""The page opens, and the browser tests detect it when something in a window fails."""

from __future__ import annotations

from tests.support.browser import Windows


async def test_home_opens_for_a_guest(new_page: Windows) -> None:
    page = await new_page()
    response = await page.goto("/")
    assert response is not None
    assert response.ok
    await page.get_by_role("heading", level=1).wait_for()


MISTAKES = """() => {
    console.warn("known");
    console.warn("a warning");
    setTimeout(() => { throw new Error("a mistake"); });
    document.body.setAttribute("style", "color: red");
}"""


async def test_errors_in_a_window_are_detected(new_page: Windows) -> None:
    page = await new_page(allow=["known"])
    await page.goto("/")
    async with page.expect_event("pageerror"):
        await page.evaluate(MISTAKES)
    complaints = "\n".join(new_page.complaints)
    new_page.complaints.clear()
    assert "known" not in complaints
    for mark in ("a warning", "a mistake", "Content Security Policy"):
        assert mark in complaints
