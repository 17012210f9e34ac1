"""Which pages may be shown in a frame, and by whom."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from frontend.app import EMBED, PAGES, create_app
from frontend.settings import Settings

BLOGS = "https://blog.example.org, http://localhost:8080"


def ancestors(policy: str) -> str:
    return policy.rpartition("frame-ancestors ")[2]


async def policies(aiohttp_client: Any, settings: Settings) -> dict[str, str]:
    client = await aiohttp_client(create_app(settings))
    found = {}
    for path in PAGES:
        address = path.format(id=7, username="ada", section="reports")
        response = await client.get(address)
        found[path] = ancestors(response.headers["Content-Security-Policy"])
    return found


async def test_listed_origins_frame_the_embedded_canvas_and_nothing_else(aiohttp_client: Any) -> None:
    found = await policies(aiohttp_client, Settings(frame_ancestors=BLOGS))
    assert found.pop(EMBED) == "https://blog.example.org http://localhost:8080"
    assert set(found.values()) == {"'none'"}


async def test_nobody_frames_a_canvas_by_default(aiohttp_client: Any) -> None:
    assert set((await policies(aiohttp_client, Settings())).values()) == {"'none'"}


async def test_pages_that_nobody_frames_say_so_to_browsers_that_read_no_policy(aiohttp_client: Any) -> None:
    client = await aiohttp_client(create_app(Settings(frame_ancestors=BLOGS)))
    assert "X-Frame-Options" not in (await client.get("/embed/canvas/7")).headers
    for path in ("/canvas/7", "/login", "/api/docs", "/nowhere"):
        assert (await client.get(path)).headers["X-Frame-Options"] == "DENY"


async def test_a_page_that_a_browser_has_kept_gets_the_present_policy(aiohttp_client: Any) -> None:
    client = await aiohttp_client(create_app(Settings(frame_ancestors=BLOGS)))
    first = await client.get("/embed/canvas/7")
    again = await client.get("/embed/canvas/7", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "value",
    ["*", "https://*.example.org", "blog.example.org", "https://a.org/", "https://a.org; script-src *"],
)
def test_only_exact_origins_can_be_listed(value: str) -> None:
    with pytest.raises(ValidationError, match="not an exact origin"):
        Settings(frame_ancestors=value)
