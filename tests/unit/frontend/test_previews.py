"""What links show elsewhere: made from the address alone, with absolute addresses."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from frontend.app import create_app
from frontend.settings import Settings


async def shown(aiohttp_client: Any, path: str, **headers: str) -> dict[str, str]:
    """Return the Open Graph properties of a page."""
    client = await aiohttp_client(create_app(Settings()))
    page = await (await client.get(path, headers={"Host": "draw.test", **headers})).text()
    head = page[: page.index("</head>")]
    found = re.findall(r'<meta property="(og:[a-z:_]+)" content="([^"<>]*)">', head)
    assert head.count("<meta property=") == len(found)
    return {name: unescape(value) for name, value in found}


async def test_a_canvas_shows_its_picture(aiohttp_client: Any) -> None:
    properties = await shown(aiohttp_client, "/canvas/7")
    assert properties["og:title"] == "A canvas on Tessera"
    assert properties["og:url"] == "http://draw.test/canvas/7"
    assert properties["og:image"] == "http://draw.test/api/v1/canvases/7/preview.png"


async def test_a_tile_shows_its_cell(aiohttp_client: Any) -> None:
    properties = await shown(aiohttp_client, "/canvas/7?cell=3,4")
    assert properties["og:title"] == "A tile on Tessera"
    assert properties["og:image"].endswith("/canvases/7.png?x=3&y=4&columns=1&rows=1&scale=8")


async def test_an_artist_shows_their_name(aiohttp_client: Any) -> None:
    properties = await shown(aiohttp_client, "/artist/ada")
    assert properties["og:title"] == "ada on Tessera"
    assert "og:image" not in properties


async def test_addresses_are_those_that_the_caller_sees(aiohttp_client: Any) -> None:
    properties = await shown(
        aiohttp_client, "/canvas/7", **{"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/tessera"}
    )
    assert properties["og:image"] == "https://draw.test/tessera/api/v1/canvases/7/preview.png"


@pytest.mark.parametrize(
    "path", ["/", "/login", "/canvas/x", "/canvas/7%22%3E", "/artist/%3Cb%3E", f"/canvas/{'9' * 40}"]
)
async def test_other_pages_show_nothing(aiohttp_client: Any, path: str) -> None:
    assert await shown(aiohttp_client, path) == {}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ('/canvas/7?cell="><script>', {}),
        ("/canvas/7?cell=%22%3E%3Cscript%3E", {}),
        ("/canvas/7?x=%22'%3E%3C", {}),
        ("/canvas/7", {"Host": 'draw.test"><script>'}),
        ("/canvas/7", {"X-Forwarded-Prefix": '/"><script>'}),
    ],
)
async def test_nothing_that_is_sent_becomes_markup(
    aiohttp_client: Any, path: str, headers: dict[str, str]
) -> None:
    properties = await shown(aiohttp_client, path, **headers)
    assert properties["og:title"] == "A canvas on Tessera"


async def test_a_page_is_kept_by_its_address(aiohttp_client: Any) -> None:
    client = await aiohttp_client(create_app(Settings()))
    tags = [(await client.get(path)).headers["ETag"] for path in ("/canvas/7", "/canvas/8", "/canvas/7")]
    assert tags[0] == tags[2] != tags[1]
    again = await client.get("/canvas/7", headers={"If-None-Match": tags[0]})
    assert again.status == 304
