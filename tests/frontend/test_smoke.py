"""The page opens at all, and the tests in the browser would hear it if it did not."""

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


async def test_what_goes_wrong_in_a_window_is_heard(new_page: Windows) -> None:
    page = await new_page(allow=["known"])
    await page.goto("/")
    async with page.expect_event("pageerror"):
        await page.evaluate(MISTAKES)
    heard = "\n".join(new_page.complaints)
    new_page.complaints.clear()
    assert "known" not in heard
    for mark in ("a warning", "a mistake", "Content Security Policy"):
        assert mark in heard
